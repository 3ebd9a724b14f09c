import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { errorCode } from './error-code.ts'
import { pipe } from './process.ts'

export interface ReadOptions {
  pgRestore: string
  environment: Readonly<Record<string, string | undefined>>
  signal?: AbortSignal
  /** Bytes of the file that were read so far. */
  onBytes?: (bytes: number) => void
  onLine?: (line: string) => void
}

export interface ReadThrough {
  sha256: string
  bytes: number
  /** `schema name owner` of each table whose rows are in it. */
  tableData: string[]
}

/** Bytes. The streams' own 16 to 64 kB cost a tenth of the time. */
export const chunkSize = 1 << 18

/**
 * Reads a dump as a restore would, to the last byte: checksum, decompression (zstd's own checksum included) and every
 * block by `pg_restore`, which writes it nowhere; and its table of contents. Fails with `backup-unreadable`, `cancelled`.
 */
export async function readThrough(file: string, options: ReadOptions): Promise<Result<ReadThrough>> {
  const { pgRestore, environment, signal, onBytes, onLine } = options
  const stop = new AbortController()
  const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const start = (arg: string) =>
    pipe(pgRestore, [arg], { environment, signal: either, ...(onLine ? { onLine } : {}) })
  const restore = start('--file=/dev/null')
  const list = start('--list')
  const ends = Promise.all([restore.ended, list.ended, text(list.stdout), text(restore.stdout)])
  const hash = createHash('sha256')
  let bytes = 0
  let broken: string | null = null
  try {
    await pipeline(
      createReadStream(file, { highWaterMark: chunkSize }),
      async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          hash.update(chunk)
          bytes += chunk.length
          onBytes?.(bytes)
          yield chunk
        }
      },
      createZstdDecompress({ chunkSize }),
      async (source: AsyncIterable<Buffer>) => {
        for await (const chunk of source)
          await Promise.all([give(restore.stdin, chunk), give(list.stdin, chunk)])
      },
      { signal: either },
    )
    for (const { stdin } of [restore, list]) stdin.end()
  } catch (error) {
    broken = errorCode(error)
    stop.abort()
  }
  const [restored, listed, contents] = await ends
  const unreadable = (why: 'decompress' | 'restore-list', detail: string) =>
    failure({ code: 'backup-unreadable', path: file, why, detail })
  if (signal?.aborted) return failure({ code: 'cancelled', by: '' })
  if (broken !== null) return unreadable('decompress', broken)
  for (const { exitCode, signal: killed } of [restored, listed])
    if (exitCode !== 0) return unreadable('restore-list', killed ?? `exit ${exitCode}`)
  const tableData = [...contents.matchAll(/^\d+; \d+ \d+ TABLE DATA (.+)$/gm)].map((entry) => entry[1]!)
  return ok({ sha256: hash.digest('hex'), bytes, tableData })
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
