import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { planRunbook } from '../../src/runs/planning.ts'
import { approve, start } from '../../src/runs/starting.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { runById } from '../../src/store/runs.ts'
import type { Place } from '../cli/place.ts'
import { emptyDatabase, onServer, storeDatabase } from '../databases.ts'
import { freePort } from '../steps/hrms.ts'
import { valueOf } from '../steps/plan.ts'
import { until } from '../until.ts'
import { asks, bootBot, choose, leaveAll } from './by-hand.ts'

// Whole runs of runbooks as people wrote them (test/fixtures/cases), on a small application of their own.

const root = path.resolve(import.meta.dirname, '../..')
const cases = path.join(root, 'test/fixtures/cases')
const [asha, mei] = ['U0ASHA', 'U0MEI'].map((person) => ({ person, via: 'slack' as const }))

type Mini = Pick<Place, 'folder' | 'environment' | 'pool' | 'target' | 'store'>
let place: Mini
let role: string

/** The files of a case in a folder of their own, on a database and a port that are free. */
async function open(): Promise<Mini> {
  const [target, store, port] = await Promise.all([emptyDatabase(), storeDatabase(), freePort()])
  role = `mini_app_${target.name}`
  await onServer((admin) => admin.query(`create role ${role} login password 'mini'`))
  const client = await target.client()
  await client.query(`create table t (id int primary key); create table history (id text primary key);
    grant select on t to ${role}`)
  await client.end()
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-case-'))
  for (const one of ['functional-baseline', 'first-time'])
    await cp(path.join(cases, one), path.join(folder, 'runbooks'), { recursive: true })
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  for (const file of ['mini.yml', 'mini2.yml', 'server.mjs']) {
    const its = path.join(folder, 'runbooks', file)
    const text = await readFile(its, 'utf8')
    await writeFile(
      its,
      text
        .replaceAll('23600', String(port))
        .replace('database: mini\n', `database: ${target.name}\n`)
        .replace('role: mini_app', `role: ${role}`),
    )
  }
  await writeFile(
    path.join(folder, 'lockkeeper.yml'),
    'runbooks: runbooks\nroles: { migration-operators: { people: [U0ASHA] }, cto: { people: [U0MEI] } }\n',
  )
  const environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    DATABASE_URL: store.url,
    LOCKKEEPER_FOLDER: folder,
    MINI_URL: target.url,
    MINI_APP_URL: target.as(role, 'mini'),
    PORT_OF_MINI: String(port),
  }
  return { folder, environment, target, store, pool: new pg.Pool({ connectionString: store.url, max: 3 }) }
}

const pidFile = () => path.join(place.folder, 'runbooks/mini.pid')
const url = (where: string) => `http://127.0.0.1:${place.environment['PORT_OF_MINI']}/${where}`

/** As the runbook does. */
async function startApplication(): Promise<void> {
  const server = spawn(process.execPath, ['server.mjs'], {
    cwd: path.join(place.folder, 'runbooks'),
    env: place.environment,
    stdio: 'ignore',
    detached: true,
  })
  server.unref()
  await writeFile(pidFile(), `${server.pid}\n`)
  await until(async () => void (await fetch(url('health'))), 50)
}

beforeEach(async () => {
  place = await open()
  await startApplication()
})
afterEach(async () => {
  await leaveAll()
  const pid = Number((await readFile(pidFile(), 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 0)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  await place.pool.end()
  await Promise.all([place.target.drop(), place.store.drop()])
  await onServer((admin) => admin.query(`drop role ${role}`))
  await rm(place.folder, { recursive: true })
})

async function planned(name: string): Promise<Plan> {
  const { pool, folder, environment } = place
  await recordStanding(pool, 'U0ASHA', ['migration-operators'], 3600)
  const loaded = await loadConfig(environment, folder)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  const config = loaded.value
  const runbook = valueOf(await openRunbooks(config.runbooks).find(name))
  const secrets = makeSecrets([], {})
  const request = { runbook, kind: 'migrate', caller: asha!, ours: null } as const
  return valueOf(await planRunbook({ pool, config, environment, secrets }, request)).plan
}

const findings = ({ measured }: Plan, level: string) =>
  measured.checks.flatMap(({ findings }) => findings).filter((each) => each.level === level)

async function started({ id, digest }: Plan): Promise<string> {
  await recordStanding(place.pool, 'U0MEI', ['cto'], 3600)
  valueOf(await approve(place.pool, id, digest, mei!))
  return valueOf(await start(place.pool, id, asha!)).run
}

const asPlace = () => place as unknown as Place

test('a login that is 500 before the window is told in the plan, and does not take the migration back after it', async () => {
  const plan = await planned('mini')
  const failed = { name: 'Admin login', expected: '200', saw: '500' }
  expect(findings(plan, 'warning')).toContainEqual(
    expect.objectContaining({ problem: { code: 'baseline-failed', failed: [failed], passed: 2 } }),
  )
  const run = await started(plan)
  bootBot(asPlace(), 'never')
  const gate = await asks(asPlace(), run)
  expect(gate.question).toMatchObject({
    problem: { code: 'functional-failed', failed: [{ ...failed, before: { saw: '500', passed: false } }] },
    choices: ['go-on', 'retry', 'roll-back', 'leave'],
  })
  await choose(asPlace(), gate, 'go-on')
  await until(async () => expect((await runById(place.pool, run))?.ending).toBe('done'))
}, 600_000)

test('a type that PostgreSQL does not convert is a blocker of the plan, although the column is made by the migration before it', async () => {
  const plan = await planned('mini2')
  expect(findings(plan, 'blocker')).toMatchObject([
    { problem: { code: 'type-unconvertible', table: 'public.d', column: 'e', from: 'text' } },
  ])
})
