import type { Result } from '../domain/result.ts'

/** Removes one backup with all its files. A backup that is gone already is removed. */
export async function removeDump(_path: string): Promise<Result<void>> {
  throw new Error('not yet')
}
