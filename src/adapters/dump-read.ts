import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { errorCode } from './error-code.ts'
import { largeBuffers } from './large-buffers.ts'
import { pipeBoth, type BothEnded } from './process-pair.ts'
import type { Environment } from './program-path.ts'
import { unzstd } from './zstd.ts'

export interface ReadOptions {
  pgRestore: string
  environment: Environment
  signal?: AbortSignal
  /** Takes what the programs say, which may hold data. */
  onLine?: (line: string) => void
}

/** A restore that writes nowhere, of a compressed dump that is handed to it as it comes. */
export interface Reading {
  /** Takes the next bytes when there is room. Once something is wrong with them it says so, and takes no more. */
  take: (chunk: Buffer) => Promise<Problem | null>
  /**
   * No more bytes come: `schema name owner` of each table whose rows were in them. Fails with `backup-unreadable`,
   * `cancelled`.
   */
  end: () => Promise<Result<string[]>>
}

/**
 * Begins to read a dump as a restore would, to the last byte: decompression (zstd's own checksum included) and every
 * block by `pg_restore`; and its table of contents.
 */
export async function startReading(file: string, options: ReadOptions): Promise<Reading> {
  const { pgRestore, environment, signal, onLine } = options
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const unpack = await unzstd(environment)
  const read = await largeBuffers('in', [pgRestore, '--file=/dev/null'], environment)
  const running = { environment, signal: either, ...(onLine && { onLine }) }
  const restore = pipeBoth(unpack, read, running)
  // It ends as soon as it has read the table of contents, which comes first.
  const list = pipeBoth(unpack, [pgRestore, '--list'], running)
  restore.stdout.resume()
  const contents = text(list.stdout).catch(() => '')

  let failed = false
  for (const { ended } of [restore, list])
    void ended.then((both) => {
      if (faultOf(both) === null) return
      failed = true
      stop.abort()
    })
  const judge = async (): Promise<Result<string[]>> => {
    const faults = (await Promise.all([restore.ended, list.ended])).map(faultOf).filter((one) => one !== null)
    const fault = faults.find((one) => one !== 'stopped')
    if (signal?.aborted || (faults.length > 0 && !fault)) return failure({ code: 'cancelled', by: '' })
    if (fault) return failure({ code: 'backup-unreadable', path: file, ...fault })
    return ok([...(await contents).matchAll(/^\d+; \d+ \d+ TABLE DATA (.+)$/gm)].map((entry) => entry[1]!))
  }
  const judged = judge()
  return {
    async take(chunk) {
      await Promise.all([give(restore.stdin, chunk), give(list.stdin, chunk)])
      if (!failed) return null
      const result = await judged
      return result.ok ? null : result.problem
    },
    end() {
      for (const { stdin } of [restore, list]) stdin.end()
      return judged
    },
  }
}

type Fault = { why: 'decompress' | 'restore-list'; detail: string } | 'stopped' | null

/** What is wrong by how both ended. That zstd could not write more to a pg_restore that has what it wants is not. */
function faultOf({ first, second }: BothEnded): Fault {
  const unpacked = first?.exitCode === 0 || first?.signal === 'SIGPIPE'
  if (unpacked && second.exitCode === 0) return null
  if (second.aborted) return 'stopped'
  const worse = unpacked || first === null ? second : first
  return {
    why: unpacked ? 'restore-list' : 'decompress',
    detail: worse.signal ?? `exit ${worse.exitCode}`,
  }
}

export interface ReadThrough {
  sha256: string
  bytes: number
  /** `schema name owner` of each table whose rows are in it. */
  tableData: string[]
}

/** Reads a whole file as `startReading` does, its checksum on the way. Fails with `backup-unreadable`, `cancelled`. */
export async function readThrough(file: string, options: ReadOptions): Promise<Result<ReadThrough>> {
  const { signal } = options
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const reading = await startReading(file, { ...options, signal: either })
  const kept = await readBack(file, { take: reading.take, ...(signal ? { signal } : {}) })
  if (!kept.ok) stop.abort()
  const read = await reading.end()
  if (!kept.ok) return kept
  return read.ok ? ok({ ...kept.value, tableData: read.value }) : read
}

/** Bytes of a file that are read at a time. */
const portion = 1 << 18

/** The checksum of what is in a file. Fails with `backup-unreadable`, `cancelled`, and as `take` does. */
export async function readBack(
  file: string,
  {
    signal,
    take,
    onBytes,
  }: { signal?: AbortSignal; take?: Reading['take']; onBytes?: (bytes: number) => void },
): Promise<Result<{ sha256: string; bytes: number }>> {
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: portion, signal })) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
      onBytes?.(bytes)
      const problem = await take?.(chunk as Buffer)
      if (problem) return failure(problem)
    }
  } catch (error) {
    if (signal?.aborted) return failure({ code: 'cancelled', by: '' })
    return failure({ code: 'backup-unreadable', path: file, why: 'decompress', detail: errorCode(error) })
  }
  return ok({ sha256: hash.digest('hex'), bytes })
}

/** Waits until there is room for more. A program that has read enough is given nothing more. */
async function give(to: Writable, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.write(chunk)) return
  await new Promise<void>((goOn) => {
    const over = () => {
      to.off('drain', over).off('close', over)
      goOn()
    }
    to.on('drain', over).on('close', over)
  })
}
