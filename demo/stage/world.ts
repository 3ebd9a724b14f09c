import { setTimeout as pause } from 'node:timers/promises'

/** How the application that all is about is doing, for the page. */
export interface World {
  product: string
  healthy: boolean
  release: string
  writes: { acknowledged: number; found: number; lost: number } | null
  acts: { name: string; label: string; on: boolean }[]
}

/** Milliseconds between two looks. */
const every = 1000

/** Looks at the HRMS until it is told to stop, and tells what it saw. */
export async function watchHrms(
  url: string,
  tell: (seen: Pick<World, 'healthy' | 'release' | 'writes'>) => void,
  signal: AbortSignal,
): Promise<void> {
  let release = 'before'
  while (!signal.aborted) {
    const health = await ask<{ release: string }>(`${url}/health`)
    const writes = health ? await ask<NonNullable<World['writes']>>(`${url}/writes`) : null
    release = health?.release ?? release
    tell({ healthy: health !== null, release, writes })
    await pause(every, undefined, { signal }).catch(() => {})
  }
}

async function ask<T>(url: string): Promise<T | null> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => null)
  return answer?.status === 200 ? ((await answer.json()) as T) : null
}
