import { createHash } from 'node:crypto'
import { cp, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readRecord, removeDump } from '../../src/adapters/backup-file.ts'
import { clientTools } from '../../src/adapters/tools.ts'
import { readDump, takeDump } from '../../src/adapters/dump.ts'
import type { Done } from '../../src/domain/step.ts'
import { hrmsDatabase, type TestDatabase } from '../databases.ts'
import { makeDumpFolder } from './dump-folder.ts'
import { addressOf, optionsOf } from './dump-options.ts'

let database: TestDatabase
let folder: string
let taken: Done['backup']
beforeAll(async () => {
  database = await hrmsDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-read-'))
  const outcome = await takeDump(addressOf(database.url), optionsOf(folder))
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  taken = outcome.facts
})
afterAll(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

/** A copy of the backup that may be damaged: the path of its dump. */
async function copied(): Promise<string> {
  const copy = path.join(await makeDumpFolder(), 'copy')
  await cp(path.dirname(taken.path), copy, { recursive: true })
  return path.join(copy, path.basename(taken.path))
}

const unreadable = (why: string, detail: unknown = expect.any(String)) => ({
  ok: false,
  problem: { code: 'backup-unreadable', path: expect.any(String), why, detail },
})

test('a backup that is whole is read through', async () => {
  expect(await readDump(taken.path, taken.sha256)).toEqual({
    ok: true,
    value: { bytes: taken.bytes, tables: taken.tables },
  })
})

test('one flipped bit anywhere is found', async () => {
  for (const part of [0, 0.1, 0.5, 0.9, 0.999]) {
    const dump = await copied()
    const handle = await open(dump, 'r+')
    const at = Math.floor(taken.bytes * part)
    const byte = Buffer.alloc(1)
    await handle.read(byte, 0, 1, at)
    byte[0]! ^= 1
    await handle.write(byte, 0, 1, at)
    await handle.close()
    expect(await readDump(dump, taken.sha256), `at ${part}`).toEqual(
      unreadable('checksum', expect.stringMatching(/^SHA-256 [0-9a-f]{12}…$/)),
    )
  }
})

test('a backup that was cut off is found and named the same, however much is left and whatever unpacks it', async () => {
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error(tools.problem.code)
  const withoutZstd = { PATH: '/nowhere', LOCKKEEPER_POSTGRES_BIN: path.dirname(tools.value.psql) }
  for (const length of [0, 1, 5, taken.bytes / 2, taken.bytes - 1]) {
    const dump = await copied()
    await truncate(dump, Math.floor(length))
    for (const environment of [process.env, withoutZstd])
      expect(await readDump(dump, taken.sha256, { environment }), `${length} bytes`).toEqual(
        unreadable('checksum', expect.stringMatching(/^SHA-256 [0-9a-f]{12}…$/)),
      )
  }
})

test('a whole backup that is another one is found', async () => {
  expect(await readDump(taken.path, 'a'.repeat(64))).toEqual(
    unreadable('checksum', `SHA-256 ${taken.sha256.slice(0, 12)}…`),
  )
})

test('what pg_restore cannot read is found, although it unpacks and its checksum is right', async () => {
  const dump = await copied()
  const bytes = zstdCompressSync('-- not an archive')
  await writeFile(dump, bytes)
  expect(await readDump(dump, createHash('sha256').update(bytes).digest('hex'))).toEqual(
    unreadable('restore-list', 'exit 1'),
  )
})

test('a table that was there and is not in the dump is found', async () => {
  const dump = await copied()
  const record = await readRecord(dump)
  const file = path.join(path.dirname(dump), 'record.json')
  await writeFile(
    file,
    JSON.stringify({ ...record, tableNames: [...(record?.tableNames ?? []), 'master Forgotten'] }),
  )
  expect(await readDump(dump, taken.sha256)).toEqual(unreadable('tables', 'master Forgotten'))
})

test('a dump without its file or its record is no backup', async () => {
  const [dump, other] = [await copied(), await copied()]
  await rm(dump)
  expect(await readDump(dump, taken.sha256)).toEqual(unreadable('decompress', 'ENOENT'))
  await rm(path.join(path.dirname(other), 'record.json'))
  expect(await readDump(other, taken.sha256)).toEqual(unreadable('checksum', 'its record is missing'))
})

test('reading through ends when it is cancelled', async () => {
  expect(await readDump(taken.path, taken.sha256, { signal: AbortSignal.abort() })).toEqual({
    ok: false,
    problem: { code: 'cancelled', by: '' },
  })
})

test('a backup is removed with all that belongs to it, and nothing else', async () => {
  const dump = await copied()
  const around = path.dirname(path.dirname(dump))
  await writeFile(path.join(around, 'other'), '')
  expect(await removeDump(dump)).toEqual({ ok: true, value: undefined })
  expect(await readdir(around)).toEqual(['other'])
  expect(await removeDump(dump)).toEqual({ ok: true, value: undefined })
  expect(await removeDump(path.join(around, 'other'))).toMatchObject({
    ok: false,
    problem: { code: 'backup-folder', errno: 'EINVAL' },
  })
  expect(await readFile(path.join(around, 'other'), 'utf8')).toBe('')
})
