import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Done, Progress } from '../domain/step.ts'
import type { Identity } from '../domain/identity.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Result } from '../domain/result.ts'
import { done, failed } from '../domain/outcome.ts'
import { failure, ok } from '../domain/result.ts'
import { beginBackup, dumpFile, publishBackup, readRecord, removeLeftovers } from './backup-file.ts'
import { readBack, readThrough, startReading } from './dump-read.ts'
import { takeSnapshot, type Snapshot } from './dump-snapshot.ts'
import { writeRoles } from './dump-roles.ts'
import { writeDump } from './dump-write.ts'
import { errorCode } from './error-code.ts'
import { inherited } from './inherited.ts'
import { libpqEnvironment } from './libpq.ts'
import type { Outputs } from './output.ts'
import { makeTarget } from './postgres/target.ts'
import type { TargetAddress } from './postgres/target-address.ts'
import { clientTools, type ClientTools } from './tools.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface DumpOptions {
  /** Absolute folder of backups; it is made when it is missing. */
  folder: string
  /** The backup's name, unique for the attempt and fit for a file. */
  name: string
  applicationName: string
  /** The server that it must be; null: whichever answers. */
  expected?: Identity | null
  /** Bytes that the file is expected to have, or null. */
  estimateBytes: number | null
  environment?: Environment
  signal: AbortSignal
  /** Takes what the programs say, each by its name; it may hold data. */
  output: Outputs['of']
  progress: (progress: Progress) => void
  /** Milliseconds without a byte after which it is given up. */
  silence?: number
  /** Milliseconds to wait for locks that a migration holds. */
  lockWait?: number
}

/**
 * Dumps a database and proves the dump by reading it, before it gets the name of a backup: what failed, was cancelled or
 * killed never looks like one. Fails with `backup-failed`, `backup-unreadable`, `backup-folder`, `lock-timeout`,
 * `cancelled`, the codes of `clientTools` and those of connecting.
 */
export async function takeDump(
  address: TargetAddress,
  options: DumpOptions,
): Promise<Outcome<Done['backup']>> {
  const { folder, name, signal } = options
  await removeLeftovers(folder)
  const begun = await beginBackup(folder, name)
  if (!begun.ok) return failed(begun.problem)
  try {
    const made = await makeBackup(address, begun.value, options)
    if (made.ok) return done(made.value)
    return failed(signal.aborted ? { code: 'cancelled', by: '' } : made.problem)
  } catch (error) {
    if (errorCode(error) === 'unknown') throw error
    return failed({ code: 'backup-folder', folder, errno: errorCode(error) })
  } finally {
    await rm(begun.value, { recursive: true, force: true })
  }
}

async function makeBackup(
  address: TargetAddress,
  begun: string,
  options: DumpOptions,
): Promise<Result<Done['backup']>> {
  const { folder, name, applicationName, expected = null, environment = process.env, signal } = options
  const began = performance.now()
  const madeAt = new Date().toISOString()
  const snapshot = await takeSnapshot(
    makeTarget(address, applicationName, expected),
    options.lockWait ?? defaultLockWait,
  )
  if (!snapshot.ok) return snapshot
  try {
    const tools = await clientTools(snapshot.value.serverVersion, environment)
    if (!tools.ok) return tools
    const libpq = libpqEnvironment(address, applicationName, environment)
    const proven = await writeAndRead(path.join(begun, dumpFile), snapshot.value, tools.value, libpq, options)
    if (!proven.ok) return proven
    const rolesMissing = await writeRoles(begun, tools.value, libpq, {
      signal,
      onLine: options.output('pg_dumpall').line,
    })
    const { identity, serverVersion, lsn, databaseBytes, tables: tableNames } = snapshot.value
    const facts: Done['backup'] = {
      backup: name,
      path: path.join(folder, name, dumpFile),
      databaseBytes,
      lsn,
      ...proven.value,
      rolesMissing,
      seconds: (performance.now() - began) / 1000,
    }
    if (signal.aborted) return failure({ code: 'cancelled', by: '' })
    const { host } = address
    await publishBackup(begun, {
      ...facts,
      madeAt,
      host,
      identity,
      serverVersion,
      toolVersion: tools.value.version,
      tableNames,
    })
    return ok(facts)
  } finally {
    await snapshot.value.release()
  }
}

type Proven = Pick<Done['backup'], 'bytes' | 'sha256' | 'tables'>

/**
 * Writes a dump, and has it read at the same time: what goes into the file goes into a restore that writes nowhere. Then
 * the file is read back from its first byte to its last: the same checksum says that what it keeps is what was read.
 */
async function writeAndRead(
  file: string,
  snapshot: Snapshot,
  tools: ClientTools,
  environment: Environment,
  options: DumpOptions,
): Promise<Result<Proven>> {
  const { signal, estimateBytes, output, silence = defaultSilence, lockWait = defaultLockWait } = options
  const tell = seldom(options.progress)
  const stop = new AbortController()
  const reading = await startReading(file, {
    pgRestore: tools.pgRestore,
    environment,
    signal: AbortSignal.any([signal, stop.signal]),
    onLine: output('pg_restore').line,
  })
  try {
    const written = await writeDump(file, {
      tools,
      snapshot: snapshot.id,
      environment,
      signal,
      silence,
      lockWait,
      reading,
      onLine: output('pg_dump').line,
      onBytes(bytes) {
        void snapshot.release()
        // An estimate that turns out too small is none.
        const of = estimateBytes !== null && estimateBytes >= bytes ? estimateBytes : null
        tell({ done: bytes, of, unit: 'bytes', at: 'pg_dump' })
      },
    })
    if ('problem' in written) return failure(written.problem)
    const read = await reading.end()
    if (!read.ok) return read
    const kept = await readBack(file, {
      signal,
      onBytes: (bytes) => tell({ done: bytes, of: written.bytes, unit: 'bytes', at: 'checksum' }),
    })
    if (!kept.ok) return kept
    const { sha256, bytes } = kept.value
    return (
      unlike(
        file,
        { sha256, tableData: read.value },
        { sha256: written.sha256, tableNames: snapshot.tables },
      ) ?? ok({ bytes, sha256, tables: read.value.length })
    )
  } finally {
    stop.abort()
    await reading.end()
  }
}

/** Five minutes: a large sort or a slow disk may be silent for long, a connection that hangs is so for ever. */
const defaultSilence = 300_000

/** A backup does not queue behind a migration for long, since everybody else would queue behind it in turn. */
const defaultLockWait = 5_000

/**
 * Reads a backup through in full, as when it was made, and compares it with its checksum and the record beside it. Fails
 * with `backup-unreadable`, `cancelled`, and the codes of `clientTools`.
 */
export async function readDump(
  dump: string,
  sha256: string,
  {
    signal,
    onLine,
    environment = process.env,
  }: { signal?: AbortSignal; onLine?: (line: string) => void; environment?: Environment } = {},
): Promise<Result<{ bytes: number; tables: number }>> {
  const record = await readRecord(dump)
  if (!record)
    return failure({
      code: 'backup-unreadable',
      path: dump,
      why: 'checksum',
      detail: 'its record is missing',
    })
  const tools = await clientTools(record.toolVersion, environment)
  if (!tools.ok) return tools
  const options = {
    pgRestore: tools.value.pgRestore,
    environment: { ...inherited(environment, 'program'), LC_ALL: 'C' },
    ...(onLine && { onLine }),
  }
  const read = await readThrough(dump, { ...options, ...(signal ? { signal } : {}) })
  if (!read.ok) {
    // Which program stumbles first over a damaged file depends on what is installed, and on the machine. Its bytes do not.
    const kept = await readBack(dump, signal ? { signal } : {})
    return kept.ok ? (otherBytes(dump, kept.value.sha256, sha256) ?? read) : kept
  }
  return (
    unlike(dump, read.value, { sha256, tableNames: record.tableNames }) ??
    ok({ bytes: read.value.bytes, tables: read.value.tableData.length })
  )
}

function unlike(
  dump: string,
  read: { sha256: string; tableData: string[] },
  expected: { sha256: string; tableNames: string[] },
): ReturnType<typeof failure> | null {
  const other = otherBytes(dump, read.sha256, expected.sha256)
  if (other) return other
  const missing = expected.tableNames
    .map(inContents)
    .filter((name) => !read.tableData.some((entry) => entry.startsWith(`${name} `)))
  if (missing.length === 0) return null
  return failure({
    code: 'backup-unreadable',
    path: dump,
    why: 'tables',
    detail: missing.slice(0, 10).join(', '),
  })
}

const otherBytes = (dump: string, sha256: string, expected: string): ReturnType<typeof failure> | null =>
  sha256 === expected
    ? null
    : failure({
        code: 'backup-unreadable',
        path: dump,
        why: 'checksum',
        detail: `SHA-256 ${sha256.slice(0, 12)}…`,
      })

/** A table of contents has a line an entry: pg_restore writes line breaks of names as spaces. */
const inContents = (name: string): string => name.replace(/[\r\n]/g, ' ')

/** Progress once a second at most, and whenever what it is at changes. */
function seldom(progress: (progress: Progress) => void): (progress: Progress) => void {
  let last: { at: string | null; when: number } | null = null
  return (now) => {
    const when = performance.now()
    if (last && last.at === now.at && when - last.when < 1000) return
    last = { at: now.at, when }
    progress(now)
  }
}
