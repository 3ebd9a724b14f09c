import { setTimeout } from 'node:timers/promises'

/** For so many milliseconds, or until one of these settles or `signal` aborts. */
export async function rest(ms: number, signal: AbortSignal, ...until: Promise<void>[]): Promise<void> {
  const slept = new AbortController()
  const sleep = setTimeout(ms, undefined, { signal: AbortSignal.any([signal, slept.signal]) })
  await Promise.race([...until, sleep.catch(() => {})])
  slept.abort()
}
