import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { until } from '../until.ts'
import { findLeftovers, removeLeftovers } from '../../src/adapters/backup-file.ts'
import { openOutputs } from '../../src/adapters/output.ts'
import { takeDump } from '../../src/adapters/dump.ts'
import { run } from '../../src/adapters/process.ts'
import { processOf } from '../../src/adapters/process-table.ts'
import { emptyDatabase, onServer, type TestDatabase } from '../databases.ts'
import { makeDumpFolder } from './dump-folder.ts'
import { addressOf, optionsOf } from './dump-options.ts'
import { makeProxy, type Proxy } from './tcp-proxy.ts'
import { mounts, needing } from '../needs.ts'
import { commandsOfAll } from '../commands-of-all.ts'

/**
 * 58 MB: more than fits into the buffers between server and pg_dump, so that a held connection holds the dump. Linux lets
 * those of a connection grow to 37 MB where `tcp_rmem` allows 33.
 */
let database: TestDatabase
beforeAll(async () => {
  database = await emptyDatabase()
  const client = await database.client()
  await client.query(
    'create table a_large as select n, md5(n::text) as a, md5((n + 1)::text) as b from generate_series(1, 800000) n',
  )
})
afterAll(() => database.drop())

/** A network that stops in the middle of the table's rows. */
async function heldProxy(): Promise<Proxy> {
  const proxy = await makeProxy(database.url)
  onTestFinished(() => proxy.close())
  proxy.blackholeAfter(4_000_000)
  return proxy
}

/** The backends of a dump that are in the middle of it. */
const copying = async (applicationName: string): Promise<number[]> =>
  onServer(async (admin) => {
    const { rows } = await admin.query<{ pid: number }>(
      "select pid from pg_stat_activity where application_name = $1 and query like 'COPY %' and state = 'active'",
      [applicationName],
    )
    return rows.map(({ pid }) => pid)
  })

/** Begins a dump that stands still in the middle of the rows. */
async function heldDump(given: Partial<Parameters<typeof takeDump>[1]> = {}) {
  const proxy = await heldProxy()
  const folder = await makeDumpFolder()
  const applicationName = `lockkeeper:${path.basename(folder)}`
  const outputs = openOutputs(await makeDumpFolder(), 'backup-1', (text) => text)
  const dump = takeDump(
    addressOf(proxy.url),
    optionsOf(folder, { applicationName, output: outputs.of, ...given }),
  )
  await proxy.held()
  const pids = await until(async () => {
    const found = await copying(applicationName)
    expect(found).toHaveLength(1)
    return found
  })
  return { proxy, folder, dump, outputs, pid: pids[0]!, applicationName }
}

const failedDump = {
  status: 'failed',
  problem: { code: 'backup-failed', tool: 'pg_dump', exitCode: 1, signal: null },
}

test('a dump whose backend is terminated midway is no backup', async () => {
  const { proxy, folder, dump, outputs, pid } = await heldDump()
  expect(await readdir(folder)).toEqual(['hrms-7F3A-1-1.partial'])
  await onServer((admin) => admin.query('select pg_terminate_backend($1)', [pid]))
  proxy.blackholeAfter(Number.POSITIVE_INFINITY)
  expect(await dump).toMatchObject(failedDump)
  expect(await readdir(folder)).toEqual([])
  const file = (await outputs.close()).find(({ program }) => program === 'pg_dump')?.file ?? ''
  expect(await readFile(file, 'utf8')).toContain('pg_dump: error')
})

test('a connection that breaks midway leaves no backup', async () => {
  const { proxy, folder, dump } = await heldDump()
  proxy.cut()
  expect(await dump).toMatchObject(failedDump)
  expect(await readdir(folder)).toEqual([])
})

test('a file that is changed while it is written is no backup', async () => {
  const { proxy, folder, dump } = await heldDump()
  const file = path.join(folder, 'hrms-7F3A-1-1.partial/database.dump.zst')
  await until(async () => expect((await stat(file)).size).toBeGreaterThan(1000))
  const handle = await open(file, 'r+')
  await handle.write('changed', 500)
  await handle.close()
  proxy.blackholeAfter(Number.POSITIVE_INFINITY)
  expect(await dump).toMatchObject({
    status: 'failed',
    problem: { code: 'backup-unreadable', path: file, why: 'checksum' },
  })
  expect(await readdir(folder)).toEqual([])
})

test('a connection that hangs is given up', async () => {
  const proxy = await heldProxy()
  const folder = await makeDumpFolder()
  expect(await takeDump(addressOf(proxy.url), optionsOf(folder, { silence: 1500 }))).toEqual({
    status: 'failed',
    problem: {
      code: 'backup-failed',
      tool: 'pg_dump',
      exitCode: null,
      signal: null,
      reason: 'nothing came from the server for 1.5 s',
    },
  })
  expect(await readdir(folder)).toEqual([])
})

test('a dump that is cancelled ends at once and leaves nothing', async () => {
  const cancel = new AbortController()
  const { folder, dump } = await heldDump({ signal: cancel.signal })
  cancel.abort()
  expect(await dump).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
  expect(await readdir(folder)).toEqual([])
})

test('nothing secret is among the arguments of the programs', async () => {
  const cancel = new AbortController()
  const { dump } = await heldDump({ signal: cancel.signal })
  const commands = (await commandsOfAll()).map(({ args }) => args).filter((line) => line.includes('pg_dump'))
  expect(commands.length).toBeGreaterThan(0)
  expect(commands.filter((line) => line.includes(new URL(database.url).password))).toEqual([])
  cancel.abort()
  await dump
})

test('a dump that is killed with -9 dies with its children, is no backup, and is made again', async () => {
  const proxy = await heldProxy()
  const folder = await makeDumpFolder()
  const bot = spawn(
    process.execPath,
    [path.join(import.meta.dirname, '../fixtures/takes-dump.ts'), proxy.url, folder],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  await proxy.held()
  const children = (await commandsOfAll()).filter(
    ({ args }) => args.includes('pg_dump') && args.includes('--snapshot'),
  )
  await until(async () => expect((await findLeftovers(folder))[0]).toMatchObject({ owner: 'alive' }))
  expect(await removeLeftovers(folder)).toEqual([])
  expect(await takeDump(addressOf(database.url), optionsOf(folder))).toMatchObject({
    status: 'failed',
    problem: { code: 'backup-folder', errno: 'EBUSY' },
  })
  bot.kill('SIGKILL')
  await once(bot, 'exit')
  for (const { pid } of children.filter(({ parent }) => parent === bot.pid))
    await until(async () => expect(await processOf(pid)).toBeNull())
  expect(await readdir(folder)).toEqual(['hrms-7F3A-1-1.partial'])
  await until(async () =>
    expect(await findLeftovers(folder)).toEqual([
      { path: path.join(folder, 'hrms-7F3A-1-1.partial'), owner: 'dead' },
    ]),
  )
  expect(await takeDump(addressOf(database.url), optionsOf(folder, { name: 'next' }))).toMatchObject({
    status: 'done',
  })
  expect(await readdir(folder)).toEqual(['next'])
})

test('leftovers of another machine are left to it', async () => {
  const folder = await makeDumpFolder()
  const theirs = path.join(folder, 'theirs.partial')
  await mkdir(theirs)
  await writeFile(path.join(theirs, 'owner.json'), JSON.stringify({ host: 'another', pid: 1, began: '' }))
  expect(await removeLeftovers(folder)).toEqual([])
  expect(await takeDump(addressOf(database.url), optionsOf(folder, { name: 'theirs' }))).toMatchObject({
    problem: { code: 'backup-folder', errno: 'EBUSY' },
  })
})

test('a lock that a migration holds is named, not waited for', async () => {
  const folder = await makeDumpFolder()
  const migrator = await database.client()
  await migrator.query(
    "set application_name = 'a migration'; begin; lock table a_large in access exclusive mode",
  )
  const outcome = await takeDump(addressOf(database.url), optionsOf(folder, { lockWait: 100 }))
  await migrator.query('rollback')
  expect(outcome).toEqual({
    status: 'failed',
    problem: {
      code: 'lock-timeout',
      statement: 'LOCK TABLE ONLY "public"."a_large" IN ACCESS SHARE MODE',
      attempts: 1,
      seconds: 0.1,
      sqlstate: '55P03',
      blockers: [expect.objectContaining({ application: 'a migration', state: 'idle in transaction' })],
    },
  })
  expect(await readdir(folder)).toEqual([])
})

test('another server than the planned one is not dumped', async () => {
  const expected = {
    systemIdentifier: '1',
    timeline: 1,
    databaseOid: 1,
    database: database.name,
    host: 'db-prod-1:5432',
  }
  const folder = await makeDumpFolder()
  expect(await takeDump(addressOf(database.url), optionsOf(folder, { expected }))).toMatchObject({
    status: 'failed',
    problem: { code: 'target-is-another' },
  })
  expect(await readdir(folder)).toEqual([])
})

test('a folder that cannot be written to is a fault of its own', async () => {
  const outcome = await takeDump(addressOf(database.url), optionsOf('/dev/null/backups'))
  expect(outcome).toEqual({
    status: 'failed',
    problem: { code: 'backup-folder', folder: '/dev/null/backups', errno: 'ENOTDIR' },
  })
})

test('a full disk is said to be that, and leaves no backup', needing(mounts), async () => {
  const folder = await makeDumpFolder()
  const tool = (...args: [string, ...string[]]) =>
    run(args[0], args.slice(1), { environment: { PATH: process.env['PATH'] } })
  expect(await tool('mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder)).toMatchObject({ exitCode: 0 })
  onTestFinished(async () => void (await tool('umount', folder)))
  expect(await takeDump(addressOf(database.url), optionsOf(folder))).toEqual({
    status: 'failed',
    problem: { code: 'backup-folder', folder, errno: 'ENOSPC' },
  })
  expect(await readdir(folder)).toEqual([])
})
