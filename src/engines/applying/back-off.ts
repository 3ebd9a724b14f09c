import { setTimeout as pause } from 'node:timers/promises'

/**
 * Waits before the whole transaction is tried again, longer each time, never the same: two that deadlocked shall not meet
 * again. Readers that queued behind our lock get in meanwhile. False: it was cancelled.
 * @param lockTimeout milliseconds
 */
export function backOff(lockTimeout: number, conflicts: number, signal: AbortSignal): Promise<boolean> {
  const longest = Math.min(5_000, (lockTimeout / 2) * 2 ** (conflicts - 1))
  const milliseconds = longest * (0.5 + Math.random() / 2)
  return pause(milliseconds, undefined, { signal }).then(
    () => true,
    () => false,
  )
}
