import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { expect, test } from 'vitest'
import { compiled } from '../compiled.ts'
import { until } from '../until.ts'
import { answer } from '../../src/runs/requests.ts'
import { start } from '../../src/runs/starting.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { recordStanding } from '../../src/store/standing.ts'
import type { Routes } from '../../src/domain/step.ts'
import { targetKey } from '../../src/domain/identity.ts'
import { hrmsDatabase, storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf, samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'
import { effectTables } from './scripted-kinds.ts'

const asha = { person: 'U_ASHA', via: 'slack' } as const

interface Scene {
  store: TestDatabase
  targets: TestDatabase[]
  pool: pg.Pool
  boot(mode: string, given: string | number): ChildProcess
  /** Kills all that it booted. */
  end(): Promise<void>
}

async function scene(targetCount = 1): Promise<Scene> {
  const store = await storeDatabase()
  const targets = await Promise.all(Array.from({ length: targetCount }, hrmsDatabase))
  for (const target of targets) await (await target.client()).query(effectTables)
  const pool = new pg.Pool({ connectionString: store.url, max: 4 })
  await recordStanding(pool, asha.person, ['migration-operators'], 3600)
  const variables = Object.fromEntries(targets.map(({ name, url }) => [variableOf(name), url]))
  const children: ChildProcess[] = []
  return {
    store,
    targets,
    pool,
    boot(mode, given) {
      const child = fork(
        new URL('bot.ts', import.meta.url),
        [store.url, JSON.stringify(variables), mode, String(given)],
        {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
          env: { ...process.env, ...compiled },
        },
      )
      children.push(child)
      return child
    },
    async end() {
      for (const child of children)
        if (child.exitCode === null && child.signalCode === null) {
          const gone = once(child, 'exit')
          child.kill('SIGKILL')
          await gone
        }
      await pool.end()
      await Promise.all([store, ...targets].map((database) => database.drop()))
    },
  }
}

const variableOf = (database: string): string => database.toUpperCase()

/** A run of the small plan on a real target, all its approvals aside. */
async function startRun(scene: Scene, target: TestDatabase, routes = smallRoutes()): Promise<string> {
  const runbook = sampleRunbook({ database: target.name })
  const plan = samplePlan({
    kind: 'backup',
    routes,
    identity: await identityOf(target.url),
    runbook: {
      ...runbook,
      name: `on-${target.name}`.replaceAll('_', '-'),
      target: { ...runbook.target, url: variableOf(target.name) },
    },
  })
  await insertPlan(scene.pool, plan, targetKey(plan.approved.identity))
  const started = await start(scene.pool, plan.id, asha)
  if (!started.ok) throw new Error(started.problem.code)
  return started.value.run
}

/** Answers every open gate with its first choice, as a person would who is asked. */
async function answerAll(scene: Scene): Promise<void> {
  const { rows } = await scene.pool.query<{ id: string; choice: 'terminate' }>(
    "select id, question -> 'choices' ->> 0 as choice from lockkeeper.gate where answer is null",
  )
  for (const { id, choice } of rows) await answer(scene.pool, { gate: { id }, choice, caller: asha })
}

async function allEnded(scene: Scene): Promise<boolean> {
  await answerAll(scene)
  const { rows } = await scene.pool.query('select from lockkeeper.run where ended_at is null')
  return rows.length === 0
}

/** Everything that must not be after a kill, whatever was killed. */
async function faults(scene: Scene): Promise<string[]> {
  const found: string[] = []
  const { rows: runs } = await scene.pool.query<{ ending: string }>('select ending from lockkeeper.run')
  if (runs.some(({ ending }) => ending !== 'done'))
    found.push(`ended ${runs.map(({ ending }) => ending).join(', ')}`)
  const { rows: debts } = await scene.pool.query(
    'select from lockkeeper.debt where taken_at is not null and settled_at is null',
  )
  if (debts.length) found.push('an open debt')
  const { rows: unfinished } = await scene.pool.query('select from lockkeeper.attempt where outcome is null')
  if (unfinished.length) found.push('an attempt without an outcome')
  for (const target of scene.targets) {
    const client = await target.client()
    const { rows: moved } = await client.query('select from public.moved')
    const { rows: runsHere } = await client.query<{ n: number }>(
      'select count(distinct run)::int as n from public.effect',
    )
    if (moved.length !== runsHere[0]?.n) found.push('migrated more or less than once')
    const { rows: unseen } = await client.query(
      "select from public.effect where step = 'drain' group by run, attempt having count(*) > 1",
    )
    if (unseen.length) found.push('drain done twice unseen')
    const { rows: backends } = await client.query(
      "select from pg_stat_activity where datname = current_database() and application_name like 'lockkeeper:%'",
    )
    if (backends.length) found.push('a backend left working')
  }
  return found
}

/** One bot after another that is to die; a single one takes up what each of them leaves. */
async function successors(scene: Scene) {
  const target = scene.targets[0]
  if (!target) throw new Error('no target')
  const successor = scene.boot('called', 0)
  await once(successor, 'message')
  const tell = async (what: 'drive' | 'rest'): Promise<void> => {
    const done = once(successor, 'message')
    successor.send(what)
    await done
  }
  /** Whether a bot died in a run, which has ended then. */
  return async function dies(mode: string, given: string | number, routes?: Routes): Promise<boolean> {
    await startRun(scene, target, routes)
    const first = scene.boot(mode, given)
    const gone = once(first, 'exit')
    const ended = until(async () => expect(await allEnded(scene)).toBe(true))
    const died = await Promise.race([gone.then(() => true), ended.then(() => false)])
    if (died) await tell('drive')
    await ended
    if (died) await tell('rest')
    else first.kill('SIGKILL')
    await gone
    return died
  }
}

/** One step of each way of resuming, with a debt, a question and a move: every statement that a run can send. */
function fewSteps(): Routes {
  const { forward, ...back } = smallRoutes()
  const kept = ['claim', 'stop', 'drain', 'migrate', 'start']
  return { ...back, forward: forward.filter(({ kind }) => kept.includes(kind)) }
}

test.each(['before', 'after'])(
  'a run survives a kill -9 %s every statement that the bot sends to its own database',
  async (side) => {
    const bad: string[] = []
    let deaths = 0
    // Two at a time: each waits for processes and servers more than it computes.
    const lanes = [1, 2].map(async (first) => {
      const here = await scene()
      const dies = await successors(here)
      for (let statement = first, survived = 0; survived < 2; statement += 2) {
        const died = await dies(side, statement, fewSteps())
        deaths += Number(died)
        survived = died ? 0 : survived + 1
        await until(async () =>
          expect((await faults(here)).filter((f) => f === 'a backend left working')).toEqual([]),
        ).catch(() => {})
        for (const fault of await faults(here)) bad.push(`${side} statement ${statement}: ${fault}`)
      }
      await here.end()
    })
    await Promise.all(lanes)
    expect(bad).toEqual([])
    expect(deaths).toBeGreaterThan(40)
  },
)

test.each(['before', 'after'])(
  'a run survives a kill -9 in the middle of every step, right %s its effect',
  async (side) => {
    const bad: string[] = []
    const here = await scene()
    const dies = await successors(here)
    for (const step of ['backup', 'stop', 'drain', 'migrate', 'start', 'smoke', 'admit']) {
      const died = await dies('at', `${step}:${side}`)
      if (!died) bad.push(`${step}: nothing was killed`)
      for (const fault of await faults(here)) bad.push(`${step}: ${fault}`)
    }
    await here.end()
    expect(bad).toEqual([])
  },
)

test('two replicas finish 20 runs through 30 kills, and no step works in two of them at once', async () => {
  const here = await scene(20)
  let over = false
  let kills = 0
  const replicas: ChildProcess[] = []
  const boot = (i: number): void => {
    const replica = here.boot('crashy', 7919 * (kills + i + 1))
    replicas[i] = replica
    replica.once('exit', () => {
      if (over) return
      kills += 1
      boot(i)
    })
  }
  boot(0)
  boot(1)
  for (const target of here.targets) await startRun(here, target)
  let killed = 0
  await until(async () => {
    // Kills at random points of steps come by themselves; these come at random points of everything else.
    if (kills < 30) replicas[killed++ % 2]?.kill('SIGKILL')
    expect(await allEnded(here)).toBe(true)
    expect(kills).toBeGreaterThanOrEqual(30)
  }, 400)
  over = true
  const overlaps = await Promise.all(
    here.targets.map(
      async (target) =>
        (
          await (
            await target.client()
          ).query(
            `select from public.effect one join public.effect other using (run, step, attempt) where one.pid <> other.pid and step in ('drain', 'migrate')`,
          )
        ).rowCount,
    ),
  )
  expect(overlaps.filter(Boolean)).toEqual([])
  expect(await faults(here)).toEqual([])
  await here.end()
})
