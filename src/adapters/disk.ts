import { statfs } from 'node:fs/promises'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { errorCode } from './error-code.ts'

/** Bytes that we may still write on the file system of this folder. Fails with `disk-unknown`. */
export async function freeBytes(folder: string): Promise<Result<number>> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return ok(bavail * bsize)
  } catch (error) {
    return failure({ code: 'disk-unknown', folder, errno: errorCode(error) })
  }
}
