import { setTimeout as pause } from 'node:timers/promises'

/** Waits until an address answers with status 200, at most so many milliseconds. */
export async function untilAnswers(url: string, milliseconds: number, signal?: AbortSignal): Promise<void> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    signal?.throwIfAborted()
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => null)
    await answer?.body?.cancel()
    if (answer?.status === 200) return
    if (Date.now() > deadline)
      throw new Error(`${url} does not answer: ${answer ? `status ${answer.status}` : 'no connection'}`)
    await pause(100)
  }
}
