import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import type { Problem } from '../domain/problem.ts'
import { globalsFile } from './backup-file.ts'
import { chunkSize } from './dump-read.ts'
import { errorCode } from './error-code.ts'
import { patience } from './libpq.ts'
import { pipe, run, type Ended } from './process.ts'
import type { ClientTools } from './tools.ts'

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
  /** Bytes that pg_dump wrote so far. First called when it has all its locks. */
  onBytes: (bytes: number) => void
}

/** Why there is no dump, and the last lines that pg_dump said, which may hold data. */
export type Unwritten = { problem: Problem; said: string[] }

/**
 * zstd's level 1, by Node itself: the file was 0.9 times as large as with pg_dump's own gzip (830 MB of HRMS data). The
 * program `zstd -T2` fed by us was no faster: 10.7 s against 9.4 s, medians of 7 interleaved rounds on two cores that
 * were busy with other work, each scattering by a factor of two. A shell's pipe past us took 8.1 s, at its best 4.2 s
 * against our 8.0 s: that is the price of checksum, progress and a verdict on every process. Worker threads
 * (`ZSTD_c_nbWorkers`) fail in Node 24 with "stream.push() after EOF". The checksum inside the file lets `zstd -t` judge
 * it without us.
 */
const compression = { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 }

/**
 * Dumps a snapshot into a new file, compressed, its checksum taken on the way. The file is on the disk when this is
 * done, which it is only when pg_dump ended with 0. A migration that runs makes it fail.
 */
export async function writeDump(
  file: string,
  options: WriteOptions,
): Promise<{ sha256: string; bytes: number } | Unwritten> {
  const { tools, snapshot, environment, signal, silence, lockWait, onBytes } = options
  const stop = new AbortController()
  const silent = setTimeout(() => stop.abort('silent'), silence)
  const output = await open(file, 'wx', 0o600)
  const dump = pipe(
    tools.pgDump,
    [
      '--format=custom',
      '--compress=0',
      `--snapshot=${snapshot}`,
      `--lock-wait-timeout=${lockWait}`,
      '--no-password',
      patience,
    ],
    { environment, signal: AbortSignal.any([signal, stop.signal]) },
  )
  const hash = createHash('sha256')
  let [written, bytes] = [0, 0]
  let unwritten: string | null = null
  try {
    await pipeline(
      dump.stdout,
      tap((chunk) => {
        silent.refresh()
        onBytes((written += chunk.length))
      }),
      createZstdCompress({ params: compression, chunkSize }),
      async (compressed: AsyncIterable<Buffer>) => {
        for await (const chunk of compressed) {
          hash.update(chunk)
          bytes += chunk.length
          await output.appendFile(chunk)
        }
      },
    )
    await output.sync()
  } catch (error) {
    unwritten = errorCode(error)
    stop.abort('unwritten')
  }
  clearTimeout(silent)
  const ended = await dump.ended
  await output.close()
  if (signal.aborted) return { problem: { code: 'cancelled', by: '' }, said: [] }
  if (stop.signal.reason === 'silent')
    return unwell(ended, `nothing came from the server for ${silence / 1000} s`)
  if (unwritten !== null) return unwell(ended, `its file could not be written: ${unwritten}`)
  if (ended.exitCode !== 0)
    return unwell(ended, 'the server or the connection ended it, or its role may not read everything')
  return { sha256: hash.digest('hex'), bytes }
}

function unwell({ exitCode, signal, aborted, lastLines }: Ended, reason: string): Unwritten {
  const how = aborted ? { exitCode: null, signal: null } : { exitCode, signal }
  return {
    problem: { code: 'backup-failed', tool: 'pg_dump', ...how, reason },
    said: aborted ? [] : lastLines,
  }
}

/** Roles and tablespaces, which belong to no database, without passwords. False where we may not read them. */
export async function writeGlobals(
  folder: string,
  tools: ClientTools,
  environment: WriteOptions['environment'],
  signal: AbortSignal,
): Promise<boolean> {
  if (!tools.pgDumpall) return false
  const file = path.join(folder, globalsFile)
  const args = [
    '--globals-only',
    '--no-role-passwords',
    '--no-password',
    `--file=${file}`,
    `--database=${environment['PGDATABASE']}`,
    patience,
  ]
  const { exitCode } = await run(tools.pgDumpall, args, { environment, signal })
  return exitCode === 0
}

const tap = (see: (chunk: Buffer) => void): Transform =>
  new Transform({
    highWaterMark: chunkSize,
    transform(chunk: Buffer, _, through) {
      see(chunk)
      through(null, chunk)
    },
  })
