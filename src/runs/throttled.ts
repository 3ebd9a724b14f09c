import type { Progress } from '../domain/step.ts'

/** Milliseconds between two writes of a step's progress: the live message changes every 3 s at most. */
const progressEvery = 250

/** Progress is a courtesy: at most one write in a while, and a write that fails is not missed. */
export function throttled(write: (progress: Progress) => Promise<void>): (progress: Progress) => void {
  let last = 0
  return (progress) => {
    const now = performance.now()
    if (now - last < progressEvery) return
    last = now
    write(progress).catch(() => {})
  }
}
