import { vi } from 'vitest'

/** Waits for a condition, as long as a busy machine may take: a test ends late then, never wrongly. */
export const until = <T>(condition: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(condition, { timeout: 15_000, interval: 20 })
