import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Problem } from '../domain/problem.ts'
import type { Reading } from './dump-read.ts'
import { errorCode } from './error-code.ts'
import { largeBuffers } from './large-buffers.ts'
import { patience } from './libpq.ts'
import { pipeBoth, type BothEnded, type Words } from './process-pair.ts'
import type { Ended } from './process.ts'
import type { ClientTools } from './tools.ts'
import { zstd } from './zstd.ts'

export interface WriteOptions {
  tools: ClientTools
  /** The snapshot to dump. */
  snapshot: string
  environment: Readonly<Record<string, string | undefined>>
  signal: AbortSignal
  /** Milliseconds without a byte after which it is given up: a connection can hang although both ends live. */
  silence: number
  /** Milliseconds that pg_dump waits for its locks. */
  lockWait: number
  /** Bytes of the file so far. First called when pg_dump has all its locks. */
  onBytes: (bytes: number) => void
  /** Takes what is written, as it is. */
  reading: Reading
  /** Takes what the programs say, which may hold data. */
  onLine: (line: string) => void
}

/** Why there is no dump. */
export type Unwritten = { problem: Problem }

/**
 * Dumps a snapshot into a new file, compressed, its checksum taken on the way, and hands what it writes to a reading. The
 * file is on the disk when this is done, which it is only when pg_dump ended with 0. A migration that runs makes it fail.
 */
export async function writeDump(
  file: string,
  options: WriteOptions,
): Promise<{ sha256: string; bytes: number } | Unwritten> {
  const { tools, snapshot, environment, signal, silence, lockWait, onBytes, reading, onLine } = options
  const stop = new AbortController()
  const dumping: Words = [
    tools.pgDump,
    '--format=custom',
    '--compress=0',
    `--snapshot=${snapshot}`,
    `--lock-wait-timeout=${lockWait}`,
    '--no-password',
    patience,
  ]
  const compressing = await zstd(environment)
  const words = await largeBuffers('out', dumping, environment)
  const output = await open(file, 'wx', 0o600)
  const silent = setTimeout(() => stop.abort('silent'), silence)
  const either = AbortSignal.any([signal, stop.signal])
  const dump = pipeBoth(words, compressing, { environment, signal: either, onLine })
  const hash = createHash('sha256')
  let bytes = 0
  let unwritten: unknown = null
  let unread: Problem | null = null
  try {
    for await (const chunk of dump.stdout as AsyncIterable<Buffer>) {
      silent.refresh()
      hash.update(chunk)
      onBytes((bytes += chunk.length))
      ;[unread] = await Promise.all([reading.take(chunk), output.appendFile(chunk)])
      if (unread) break
    }
    if (unread) stop.abort('unread')
    else await output.sync()
  } catch (error) {
    unwritten = error
    stop.abort('unwritten')
  }
  clearTimeout(silent)
  const ended = await dump.ended
  await output.close()
  if (signal.aborted) return { problem: { code: 'cancelled', by: '' } }
  if (unread !== null) return { problem: unread }
  if (stop.signal.reason === 'silent')
    return unwell(ended, `nothing came from the server for ${silence / 1000} s`)
  if (isOfDisk(unwritten)) {
    const folder = path.dirname(path.dirname(file))
    return { problem: { code: 'backup-folder', folder, errno: errorCode(unwritten) } }
  }
  if (unwritten !== null) return unwell(ended, `its file could not be written: ${errorCode(unwritten)}`)
  if (ended.first?.exitCode !== 0 || ended.second.exitCode !== 0)
    return unwell(ended, 'the server or the connection ended it, or its role may not read everything')
  return { sha256: hash.digest('hex'), bytes }
}

/** The disk refused what was to be written: nothing that pg_dump did. */
const isOfDisk = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && ['write', 'fsync'].includes(String(error.syscall))

function unwell({ first, second }: BothEnded, reason: string): Unwritten {
  const failed = (tool: string, { exitCode, signal }: Pick<Ended, 'exitCode' | 'signal'>) => ({
    problem: { code: 'backup-failed' as const, tool, exitCode, signal, reason },
  })
  const unknown = { exitCode: null, signal: null }
  if (second.aborted) return failed('pg_dump', unknown)
  // pg_dump ends by SIGPIPE when there is nobody any more who takes what it writes.
  if (second.exitCode !== 0 && (first === null || first.exitCode === 0 || first.signal === 'SIGPIPE'))
    return failed('zstd', second)
  return failed('pg_dump', first ?? unknown)
}
