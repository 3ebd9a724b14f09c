import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listableUrl } from '../../src/adapters/libpq.ts'
import { sqlByHand } from '../../src/steps/break-glass.ts'
import { onServer } from '../databases.ts'
import { aclOf, enters } from './access-of.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const card = stepOf('card', {})
const stop = stepOf('stop', { service: 'hrms-api' })
const close = stepOf('close', {})

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const commandsOf = async (on = scene) => {
  const outcome = await on.perform(card)
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.facts
}
/** As a person at the keyboard types it, in a shell in which the card's first lines were typed. */
const type = async (command: string, on = scene, environment = on.environment) => {
  const once = (await commandsOf(on)).commands.filter(({ what }) => what.startsWith('Once'))
  const script = [...once.map((one) => one.command), command].join('\n')
  return (await promisify(execFile)('/bin/sh', ['-c', script], { env: environment })).stdout
}

test('everything that will be taken is planned before anything is', async () => {
  await scene.service.start(1, new AbortController().signal)
  await scene.perform(card)
  expect(scene.debts).toMatchObject([
    { owes: 'service', what: 'service hrms-api', was: { instances: 1 }, takenAt: null },
    { owes: 'release', what: 'release of hrms-api', was: { version: '2025.10' }, takenAt: null },
    { owes: 'access', what: `access to ${scene.database.name}`, was: { acl: null }, takenAt: null },
  ])
})

test('a service that does not run is neither planned nor on the card', async () => {
  const { commands } = await commandsOf()
  expect(scene.debts.map((debt) => debt.owes)).toEqual(['access'])
  expect(commands.filter(({ what }) => what.startsWith('Start'))).toEqual([])
})

test('typed top to bottom, the card lets everybody in exactly as before and starts what was stopped', async () => {
  await onServer((admin) =>
    admin.query(`grant connect on database ${scene.database.name} to hrms_reporting with grant option`),
  )
  const was = await aclOf(scene.database.name)
  await scene.service.start(1, new AbortController().signal)
  const { commands } = await commandsOf()
  await scene.perform(stop)
  await scene.perform(close)
  expect(await enters(scene.database, 'hrms_app')).toBe(false)
  const left = await scene.world.target.connect()
  const typed = commands.filter((one) => !/^Only if.* is in the history/.test(one.what))
  const script = ['set -e', ...typed.map(({ command }) => command)].join('\n')
  const { stdout } = await promisify(execFile)('/bin/sh', ['-c', script], { env: scene.environment })
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^hrms-api is healthy, PID \d+: 200$/)
  expect((await aclOf(scene.database.name))?.toSorted()).toEqual(was?.toSorted())
  expect(await scene.service.state()).toEqual({ ok: true, value: { instances: 1 } })
  if (left.ok) await expect(left.value.client.query('select 1')).rejects.toThrow()
})

test('the card needs no curl, psql or node in the PATH of the shell', async () => {
  await scene.service.start(1, new AbortController().signal)
  const { commands } = await commandsOf()
  const bare = { ...scene.environment, PATH: '/nowhere' }
  const said = []
  for (const { command } of commands.filter((one) => one.what.startsWith('Look:')))
    said.push(await type(command, scene, bare))
  expect(said).toEqual([
    '20251113040317_AddSecurityEnhancements is NOT in the history\n',
    expect.stringContaining('hrms-api'),
    expect.stringMatching(/^hrms-api RUNS, PID \d+; health and release: /),
  ])
})

test('the check at the end says what it saw and fails, unless that was 200', async () => {
  await scene.service.start(1, new AbortController().signal)
  const { command } = (await commandsOf()).commands.at(-1)!
  const answers = createServer((_, response) => void response.writeHead(503).end())
  const port = await listening(answers)
  const look = (environment: Record<string, string>) =>
    type(command, scene, environment).catch((error: Ended) => error)
  expect(await look({ ...scene.environment, HRMS_PORT: port })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^hrms-api is NOT healthy, PID \d+: 503\. Its log is /),
  })
  await new Promise((closed) => answers.close(closed))
  expect(await look({ ...scene.environment, HRMS_PORT: port })).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^hrms-api is NOT healthy, PID \d+: ECONNREFUSED/),
  })
  const { HRMS_PORT: _, ...without } = scene.environment
  expect(await look(without)).toMatchObject({ stdout: '', stderr: expect.stringContaining('HRMS_PORT') })
})

type Ended = Error & { code: number; stdout: string; stderr: string }

/** The port that a server of this test got. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((listens) => server.listen(0, '127.0.0.1', listens))
  return String((server.address() as AddressInfo).port)
}

test('the card looks first, then ends what a dead Lockkeeper left, and only then touches anything', async () => {
  await scene.service.start(1, new AbortController().signal)
  const { commands } = await commandsOf()
  expect(commands.map(({ what }) => what)).toEqual([
    'Once in this shell, where HRMS_MASTER_URL is set: the password, for psql. Without it psql asks for the password',
    ...[1, 2, 3, 4].map(
      (i) =>
        `Once in this shell, where these variables are set (HRMS_DATABASE_URL, HRMS_PORT, HRMS_FOLDER): what the lines below use, ${i} of 4`,
    ),
    'Look: is 20251113040317_AddSecurityEnhancements in the history?',
    'Look: who is connected?',
    'Look: does hrms-api run, and which release?',
    'End what Lockkeeper left there, when Lockkeeper itself is dead. Then look at the history again',
    'Only if the migration is not in the history: put release 2025.10 of hrms-api in place',
    'Only if the migration is in the history: put release 2025.11 of hrms-api in place',
    `Let everybody into ${scene.database.name} as before`,
    `Check: can connect to ${scene.database.name} who could before?`,
    'Start hrms-api, unless it runs',
    'Check: is hrms-api healthy, and does its release fit the history?',
  ])
})

test('the file holds every command and no secret', async () => {
  const { file, commands } = await commandsOf()
  const text = await readFile(file, 'utf8')
  for (const { command } of commands) expect(text).toContain(command)
  expect(text).toContain(`/psql ${new URL(scene.database.url).protocol}//lockkeeper@`)
  expect(text).not.toContain(scene.environment['HRMS_MASTER_URL'])
  expect(text).not.toContain('lockkeeper:lockkeeper')
})

/** The same target by another URL. */
function reachBy(url: string): void {
  const { address, ...target } = scene.world.target
  scene.world.target = { ...target, address: { ...address, url } }
}

test('a URL without a database is told which one', async () => {
  const url = new URL(scene.world.target.address.url)
  url.pathname = ''
  reachBy(url.href)
  const { commands } = await commandsOf()
  expect(commands.find(({ what }) => what === 'Look: who is connected?')?.command).toContain(
    `/${scene.database.name} -X -v `,
  )
})

test('nobody on the host can list the password, whatever signs it holds', async () => {
  const password = 'of the te%t: @/é'
  await onServer((admin) => admin.query(`create role by_hand login password '${password}'`))
  const url = new URL(scene.database.as('by_hand', encodeURIComponent(password)))
  url.searchParams.set('sslmode', 'prefer')
  reachBy(url.href)
  const look = (await commandsOf()).commands.find(({ what }) => what.startsWith('Look: who'))
  const asleep = look!.command.replace(/-c .*/s, `-c 'select 1' -c 'select pg_sleep(60)'`)
  const client = await scene.database.client()
  const typed = type(asleep, scene, { ...scene.environment, HRMS_MASTER_URL: url.href }).catch(() => '')
  const sleeping = "from pg_stat_activity where usename = 'by_hand' and query like '%pg_sleep%'"
  await expect.poll(async () => (await client.query(`select ${sleeping}`)).rowCount).toBe(1)
  const listed = await argumentsOfAll()
  expect(listed.filter((line) => line.includes('pg_sleep') && line.includes('psql'))).not.toEqual([])
  for (const form of [password, encodeURIComponent(password), url.password])
    expect(listed.filter((line) => line.includes(form))).toEqual([])
  await client.query(`select pg_terminate_backend(pid) ${sleeping}`)
  await typed
  await onServer((admin) => admin.query('drop role by_hand'))
})

/** What anybody may read of every process. */
async function argumentsOfAll(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
}

test('a URL without a password needs none, and keeps its other parameters as they were written', () => {
  const of = (url: string) => listableUrl({ url, database: 'hrms' })
  expect(of('postgresql:///hrms?host=/run/pg&options=-c%20a%3D1')).toEqual({
    url: 'postgresql:///hrms?host=/run/pg&options=-c%20a%3D1',
    password: null,
  })
  expect(of('postgres://u@db/?options=-c%20a%3D1&password=p&sslpassword=q&uselibpqcompat=true')).toEqual({
    url: 'postgres://u@db/hrms?options=-c%20a%3D1',
    password: 'query',
  })
})

test('made again by a resume, it keeps what is owed already', async () => {
  await scene.world.debts.plan({ owes: 'service', what: 'service hrms-api', was: { instances: 1 } })
  await scene.world.debts.take('service hrms-api')
  await scene.perform(close)
  const outcome = await scene.resume(card)
  expect(outcome).toMatchObject({ status: 'done' })
  const { commands } = outcome.status === 'done' ? outcome.facts : { commands: [] }
  expect(commands.some(({ what }) => what.startsWith('Start hrms-api'))).toBe(true)
  expect(commands.find(({ what }) => what.startsWith('Let everybody'))?.command).toContain('TO PUBLIC')
})

test('the way down is on the card as a file that psql runs, and takes the migration back', async () => {
  const migrated = await makeScene({ prepared: true })
  const outcome = await migrated.perform(card)
  const { commands } = outcome.status === 'done' ? outcome.facts : { commands: [] }
  await migrated.perform(stepOf('migrate', { direction: 'up', accepted: null }))
  const down = commands.find(({ what }) => what.includes('take it back'))!
  await type(down.command, migrated)
  const client = await migrated.database.client()
  expect((await client.query(`select from master."__EFMigrationsHistory"`)).rowCount).toBe(2)
  expect(
    (
      await client.query(
        `select from pg_attribute where attname = 'TenantId' and attrelid = 'master."RefreshTokens"'::regclass`,
      )
    ).rowCount,
  ).toBe(0)
  await migrated.end()
})

test('the way down by hand changes nothing as long as the application is connected, wherever it runs', async () => {
  const migrated = await makeScene({ prepared: true })
  const { commands } = await commandsOf(migrated)
  await migrated.perform(stepOf('migrate', { direction: 'up', accepted: null }))
  const elsewhere = new pg.Client(migrated.database.as('hrms_app', 'hrms_app'))
  await elsewhere.connect()
  const down = commands.find(({ what }) => what.includes('take it back'))!
  await expect(type(down.command, migrated)).rejects.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('hrms_app is connected: stop the application first. Nothing was changed'),
  })
  await elsewhere.end()
  await type(down.command, migrated)
  await migrated.end()
})

test('the way down by hand has the settings that the run would have', async () => {
  const shown = ['search_path', 'lock_timeout', 'statement_timeout']
    .map((name) => `current_setting('${name}')`)
    .join(` || ' ' || `)
  const note = (text: string) => ({
    text: `INSERT INTO noted SELECT ${shown}, ${text}`,
    line: 1,
    from: 'file' as const,
  })
  const sql = sqlByHand(
    [
      { in: 'transaction', statements: [note("'in one'")] },
      { in: 'none', begin: [], statement: note("'in none'"), end: [] },
      {
        in: 'none',
        begin: [],
        statement: { text: 'DROP INDEX CONCURRENTLY IF EXISTS nowhere', line: 1, from: 'file' },
        end: [note("'concurrently'")],
      },
      { in: 'transaction', statements: [note("'in the next'")] },
    ],
    { lockTimeout: 500, statementTimeout: 900_000 },
  )
  const file = `${scene.folder}/settings.sql`
  await writeFile(file, sql)
  const client = await scene.database.client()
  await client.query('create table public.noted (settings text, place text)')
  await client.query('grant insert on public.noted to lockkeeper')
  const look = (await commandsOf()).commands.find(({ what }) => what.startsWith('Look: who'))!.command
  await type(look.replace(/-c .*/s, `-c '\\i ${file}'`))
  const { rows } = await client.query('select place, settings from public.noted')
  expect(rows).toEqual([
    { place: 'in one', settings: 'public 500ms 15min' },
    { place: 'in none', settings: 'public 500ms 15min' },
    { place: 'concurrently', settings: 'public 0 15min' },
    { place: 'in the next', settings: 'public 500ms 15min' },
  ])
})
