import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { findLeftovers } from '../../src/adapters/backup-file.ts'
import type { Choice } from '../../src/domain/choice.ts'
import type { Route } from '../../src/domain/step.ts'
import { answer } from '../../src/runs/requests.ts'
import type { Place } from '../cli/place.ts'
import { onServer } from '../databases.ts'
import { aclOf } from '../steps/access-of.ts'
import { waitingClient, type WaitingClient } from '../steps/clients.ts'
import { valueOf } from '../steps/plan.ts'
import { commandsOfAll } from '../commands-of-all.ts'
import { asha, openPlace, startRun } from './started.ts'

// Real runs of the example: its application and its users, pg_dump, its database; the bot is killed with -9 once in each
// step, and another one goes on. The machine may be slow: it is the ends that are compared, not times.

interface Killed {
  deaths: number
  ending: string | null
  /** What was asked: the step, and the answer that was given. */
  asked: string[]
}

/** Drives a run with bots that die, one after another, until it has ended; questions get the first choice or `choose`'s. */
async function drive(
  place: Place,
  run: string,
  mode: 'after' | 'middle',
  within = '',
  choose: (step: string) => Choice | undefined = () => undefined,
): Promise<Killed> {
  const { pool, folder, environment } = place
  const killed: Killed = { deaths: 0, ending: null, asked: [] }
  let over = false
  const boot = (): ChildProcess => {
    const child = fork(new URL('real-bot.ts', import.meta.url), [mode, within], {
      cwd: folder,
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    child.once('exit', () => {
      if (over) return
      killed.deaths += 1
      bot = boot()
    })
    return child
  }
  let bot = boot()
  const look = async (): Promise<boolean> => {
    const { rows: gates } = await pool.query<{ id: string; step: string; choices: Choice[] }>(
      `select id, step, question -> 'choices' as choices from lockkeeper.gate where answer is null`,
    )
    for (const { id, step, choices } of gates) {
      const choice = choose(step) ?? choices.find((each) => each !== 'terminate') ?? 'retry'
      valueOf(await answer(pool, { gate: { id }, choice, caller: asha }))
      killed.asked.push(`${step}: ${choice}`)
    }
    const { rows } = await pool.query<{ ending: string | null }>(
      'select ending from lockkeeper.run where id = $1',
      [run],
    )
    killed.ending = rows[0]?.ending ?? null
    return killed.ending !== null
  }
  try {
    await until(async () => expect(await look(), await stuckAt(place)).toBe(true))
    return killed
  } finally {
    over = true
    if (bot.exitCode === null && bot.signalCode === null) {
      const gone = once(bot, 'exit')
      bot.kill('SIGTERM')
      await gone
    }
  }
}

/** How many steps the plan has on a way. */
async function stepsOn({ pool }: Place, route: Route): Promise<number> {
  const { rows } = await pool.query<{ steps: number }>(
    `select jsonb_array_length(body -> 'approved' -> 'routes' -> $1) as steps from lockkeeper.plan`,
    [route],
  )
  return rows[0]?.steps ?? 0
}

/** For whoever reads that a run did not end. */
async function stuckAt({ pool }: Place): Promise<string> {
  const { rows } = await pool.query(
    'select step, attempt, lives, outcome from lockkeeper.attempt order by began_at desc limit 2',
  )
  return JSON.stringify(rows)
}

/** What must be so after a run, however often its bots died. */
async function left({ pool, target, folder, environment }: Place) {
  const client = await target.client()
  const one = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows as T[]
  const health = await (await fetch(`http://127.0.0.1:${environment['HRMS_PORT']}/health`)).json()
  const writes = await (await fetch(`http://127.0.0.1:${environment['HRMS_PORT']}/writes`)).json()
  const commands = (await commandsOfAll()).map(({ args }) => args)
  const dumps = await readdir(path.join(folder, 'backups'))
  const leftovers = await findLeftovers(path.join(folder, 'backups'))
  const open = await pool.query(
    'select what from lockkeeper.debt where taken_at is not null and settled_at is null',
  )
  const unfinished = await pool.query('select step from lockkeeper.attempt where outcome is null')
  const backends = await until(async () => {
    const found = await one(
      `select application_name from pg_stat_activity where application_name like 'lockkeeper:%' and datname = current_database()`,
    )
    expect(found).toEqual([])
    return found
  })
  return {
    history: (
      await one<{ id: string }>('select "MigrationId" as id from master."__EFMigrationsHistory" order by 1')
    ).map(({ id }) => id.replace(/^\d+_/, '')),
    health: health as unknown,
    lostWrites: (writes as { lost: number }).lost,
    applications: commands.filter((line) => line.includes('api.ts') && line.endsWith(folder)).length,
    acl: (await aclOf(target.name))?.toSorted(),
    dumps: { whole: dumps.length - leftovers.length, leftovers },
    debts: open.rows,
    unfinished: unfinished.rows,
    backends,
  }
}

const before = ['InitialMasterSchema', 'InitialMasterDb']
const asBefore = {
  history: before,
  health: { status: 'Healthy', release: 'before' },
  lostWrites: 0,
  applications: 1,
  dumps: { whole: 1, leftovers: [] },
  debts: [],
  unfinished: [],
  backends: [],
}
const asAfter = {
  ...asBefore,
  history: [...before, 'AddSecurityEnhancements'],
  health: { status: 'Healthy', release: 'after' },
}

/** Only some roles may enter, as in a database that somebody has put in order. */
async function withOwnAcl({ target }: Place): Promise<string[] | undefined> {
  await onServer(async (admin) => {
    await admin.query(`revoke connect on database ${target.name} from public`)
    await admin.query(`grant connect on database ${target.name} to hrms_app, hrms_reporting, lockkeeper`)
  })
  return (await aclOf(target.name))?.toSorted()
}

test.concurrent.each(['after', 'middle'] as const)(
  'forward: killed in each step (%s), the migration is on the database once, and users are in',
  async (mode) => {
    const place = await openPlace()
    try {
      await place.startService()
      const acl = await withOwnAcl(place)
      const run = await startRun(place)
      const killed = await drive(place, run, mode)
      expect(killed).toMatchObject({ ending: 'done' })
      expect(killed.deaths).toBe(await stepsOn(place, 'forward'))
      expect(await left(place)).toEqual({ ...asAfter, acl })
    } finally {
      await place.leave()
    }
  },
  1_200_000,
)

test.concurrent('back-out: killed in each step of it too, everything is as it was', async () => {
  const place = await openPlace()
  let reporting: WaitingClient | null = null
  try {
    await place.startService()
    const acl = await withOwnAcl(place)
    reporting = await waitingClient(place.target, 'hrms_reporting', 'begin')
    const run = await startRun(place)
    const killed = await drive(place, run, 'after', 'back-out.', (step) =>
      step === 'drain' ? 'back-out' : undefined,
    )
    expect(killed).toMatchObject({ ending: 'backed-out', asked: ['drain: back-out'] })
    expect(killed.deaths).toBe(await stepsOn(place, 'back-out'))
    expect(await left(place)).toEqual({ ...asBefore, acl })
  } finally {
    await reporting?.end()
    await place.leave()
  }
})

test.concurrent('roll-back: killed in each step of it too, the migration is gone and users are in', async () => {
  const place = await openPlace()
  try {
    await place.startService()
    const acl = await withOwnAcl(place)
    const client = await place.target.client()
    await client.query('revoke insert on master."AdminUsers" from hrms_app')
    await client.end()
    const run = await startRun(place)
    const killed = await drive(place, run, 'after', 'roll-back.', (step) =>
      step === 'verify' ? 'roll-back' : undefined,
    )
    expect(killed).toMatchObject({ ending: 'rolled-back', asked: ['verify: roll-back'] })
    expect(killed.deaths).toBe(await stepsOn(place, 'roll-back'))
    expect(await left(place)).toEqual({ ...asBefore, acl })
  } finally {
    await place.leave()
  }
})
