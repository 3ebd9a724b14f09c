import { vi } from 'vitest'
import { hangs } from './hangs.ts'

/** Waits for a condition, as long as a busy machine may take: a test ends late then, never wrongly. */
export const until = <T>(condition: () => T | Promise<T>, interval = 20): Promise<T> =>
  vi.waitFor(condition, { timeout: hangs, interval })
