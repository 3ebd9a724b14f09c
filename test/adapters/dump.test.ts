import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { createZstdDecompress } from 'node:zlib'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { takeDump } from '../../src/adapters/dump.ts'
import type { Progress } from '../../src/domain/step.ts'
import { libpqEnvironment } from '../../src/adapters/libpq.ts'
import { pipe, run } from '../../src/adapters/process.ts'
import { clientTools } from '../../src/adapters/tools.ts'
import { emptyDatabase, hrmsDatabase, type TestDatabase } from '../databases.ts'
import { addressOf, optionsOf } from './dump-options.ts'
import { makeDumpFolder } from './dump-folder.ts'
import { needing, zstd } from '../needs.ts'

let database: TestDatabase
beforeAll(async () => void (database = await hrmsDatabase()))
afterAll(() => database.drop())

const counts = `select (select count(*)::int from master."AdminUsers") as admins, (select count(*)::int from master."RefreshTokens") as tokens`

test('a dump restores to the same rows', async () => {
  const folder = await makeDumpFolder()
  const taken = await takeDump(addressOf(database.url), optionsOf(folder))
  if (taken.status !== 'done') throw new Error(JSON.stringify(taken))
  const restored = await emptyDatabase()
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error('no pg_restore')
  const environment = libpqEnvironment(addressOf(restored.url), 'test', process.env)
  const restore = pipe(tools.value.pgRestore, ['--exit-on-error', `--dbname=${restored.name}`], {
    environment,
  })
  restore.stdout.resume()
  await pipeline(createReadStream(taken.facts.path), createZstdDecompress(), restore.stdin)
  expect(await restore.ended).toMatchObject({ exitCode: 0, lastLines: [] })
  const [was, is] = await Promise.all(
    [database, restored].map(async (one) => (await (await one.client()).query(counts)).rows),
  )
  expect(is).toEqual(was)
  expect(is).toEqual([{ admins: 20, tokens: 1000 }])
  await restored.drop()
})

test('what is told of a dump is true', async () => {
  const folder = await makeDumpFolder()
  const told: Progress[] = []
  const taken = await takeDump(
    addressOf(database.url),
    optionsOf(folder, { estimateBytes: 100_000_000, progress: (p) => told.push(p) }),
  )
  if (taken.status !== 'done') throw new Error(JSON.stringify(taken))
  const { facts } = taken
  const client = await database.client()
  const { rows } = await client.query(
    `select count(*)::int as tables from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`,
  )
  expect(facts).toEqual({
    backup: 'hrms-7F3A-1-1',
    path: path.join(folder, 'hrms-7F3A-1-1/database.dump.zst'),
    bytes: (await stat(facts.path)).size,
    databaseBytes: expect.any(Number),
    tables: rows[0].tables,
    sha256: createHash('sha256')
      .update(await readFile(facts.path))
      .digest('hex'),
    lsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    rolesMissing: null,
    seconds: expect.any(Number),
  })
  expect(told.find(({ at }) => at === 'pg_dump')).toMatchObject({ unit: 'bytes', of: 100_000_000 })
  expect(told.find(({ at }) => at === 'checksum')).toMatchObject({ unit: 'bytes', of: facts.bytes })
})

test('the record beside a dump tells what it is without the bot, and no secret', async () => {
  const folder = await makeDumpFolder()
  await takeDump(addressOf(database.url), optionsOf(folder))
  const backup = path.join(folder, 'hrms-7F3A-1-1')
  expect(new Set(await readdir(backup))).toEqual(new Set(['database.dump.zst', 'globals.sql', 'record.json']))
  const record = await readFile(path.join(backup, 'record.json'), 'utf8')
  expect(JSON.parse(record)).toMatchObject({
    backup: 'hrms-7F3A-1-1',
    madeAt: expect.stringMatching(/Z$/),
    identity: { database: database.name, systemIdentifier: expect.stringMatching(/^\d+$/) },
    serverVersion: expect.stringMatching(/^15/),
    toolVersion: expect.stringMatching(/^15/),
    tableNames: expect.arrayContaining(['master AdminUsers', 'master RefreshTokens']),
    rolesMissing: null,
  })
  const { password } = new URL(database.url)
  expect(password.length).toBeGreaterThan(10)
  const globals = await readFile(path.join(backup, 'globals.sql'), 'utf8')
  expect(globals).toContain('CREATE ROLE hrms')
  for (const text of [record, globals]) expect(text).not.toMatch(new RegExp(`${password}|SCRAM-SHA-256\\$`))
  for (const file of ['', 'database.dump.zst'])
    expect((await stat(path.join(backup, file))).mode & 0o077).toBe(0)
})

test('a dump of the same name, of an earlier life, is replaced', async () => {
  const folder = await makeDumpFolder()
  const first = await takeDump(addressOf(database.url), optionsOf(folder))
  const second = await takeDump(addressOf(database.url), optionsOf(folder))
  if (first.status !== 'done' || second.status !== 'done') throw new Error('not done')
  expect(await readdir(folder)).toEqual(['hrms-7F3A-1-1'])
  const { sha256 } = JSON.parse(await readFile(path.join(folder, 'hrms-7F3A-1-1/record.json'), 'utf8'))
  expect(sha256).toBe(second.facts.sha256)
})

test('names of tables that are hard to read are found again in the dump', async () => {
  const odd = await emptyDatabase()
  const client = await odd.client()
  await client.query(`
    create schema "Odd schema"; create table "Odd schema"."a table
    of lines" (n int); create table "quo""ted" (n int); create unlogged table unlogged (n int);
    create table parts (n int) partition by range (n); create table part partition of parts for values from (0) to (9);
    create extension if not exists plpgsql; create temp table passing (n int)`)
  const taken = await takeDump(addressOf(odd.url), optionsOf(await makeDumpFolder()))
  expect(taken).toMatchObject({ status: 'done', facts: { tables: 4 } })
  await odd.drop()
})

test('a database without tables has a dump too', async () => {
  const empty = await emptyDatabase()
  expect(await takeDump(addressOf(empty.url), optionsOf(await makeDumpFolder()))).toMatchObject({
    status: 'done',
    facts: { tables: 0 },
  })
  await empty.drop()
})

test('zstd itself finds the file whole', needing(zstd), async () => {
  const taken = await takeDump(addressOf(database.url), optionsOf(await makeDumpFolder()))
  if (taken.status !== 'done') throw new Error('not done')
  expect(
    await run('zstd', ['-t', taken.facts.path], { environment: { PATH: process.env['PATH'] } }),
  ).toMatchObject({ exitCode: 0 })
})
