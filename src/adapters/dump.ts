import type { Done, Progress } from '../domain/step.ts'
import type { Identity } from '../domain/identity.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Result } from '../domain/result.ts'
import type { TargetAddress } from './postgres/target.ts'

export interface DumpOptions {
  /** Absolute folder of dumps; it is made when it is missing. */
  folder: string
  /** Unique for the attempt, fit for a file name. */
  name: string
  applicationName: string
  /** The server that it must be; null: whichever answers. */
  expected?: Identity | null
  /** Bytes that pg_dump is expected to write, or null. */
  estimateBytes: number | null
  environment?: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  progress(progress: Progress): void
  /** What the programs say on standard error: for a file of the run's own, never for a message. */
  onLine?(line: string): void
}

export async function takeDump(
  _address: TargetAddress,
  _options: DumpOptions,
): Promise<Outcome<Done['backup']>> {
  throw new Error('not yet')
}

export async function readDump(
  _path: string,
  _sha256: string,
  _options?: { signal?: AbortSignal },
): Promise<Result<{ bytes: number; tables: number }>> {
  throw new Error('not yet')
}
