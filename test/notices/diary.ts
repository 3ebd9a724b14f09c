import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { addressee } from '../../src/domain/delivery.ts'
import { done, failed } from '../../src/domain/outcome.ts'
import type { Happened } from '../../src/domain/event.ts'
import type { Caller } from '../../src/domain/person.ts'
import type { Problem } from '../../src/domain/problem.ts'
import type { RunKind } from '../../src/domain/plan.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import type { Step } from '../../src/domain/step.ts'
import { attendSchedules, type Announcing } from '../../src/notices/schedules.ts'
import { begin, finish, type Driven } from '../../src/runs/record.ts'
import { bindToRun, schedule } from '../../src/runs/scheduling.ts'
import { noticesOf } from '../../src/store/notices.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { insertRun, raiseFence, runById } from '../../src/store/runs.ts'
import { newestScheduleOf, openScheduleOf, scheduleById } from '../../src/store/schedules.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { transaction } from '../../src/store/transaction.ts'
import { storeDatabase } from '../databases.ts'
import { samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'

export const asha: Caller = { person: 'U0ASHA', via: 'slack' }
export const mei: Caller = { person: 'U0MEI', via: 'slack' }

export const min = 60_000
export const hour = 60 * min
export const day = 24 * hour

/** Everybody three days before, operations a day, users an hour; operations at the start, everybody at the end. */
export const telling: Pick<Runbook, 'audiences' | 'notices' | 'timeZone' | 'timeZoneName'> = {
  timeZone: 'Indian/Mauritius',
  timeZoneName: 'MUT',
  audiences: {
    everybody: { channels: ['#hrms'], people: [], groups: [], mail: ['all@morishr.com'] },
    operations: { channels: ['#ops'], people: ['U0KIM'], groups: [], mail: [] },
    users: { channels: ['#hrms'], people: [], groups: ['S0USERS'], mail: [] },
  },
  notices: [
    { at: '-72h', to: ['everybody'], subject: 'HRMS is away', text: '{{ window }}' },
    { at: '-24h', to: ['operations'], subject: 'Tomorrow', text: '{{ window }}' },
    { at: '-1h', to: ['users'], subject: 'Soon', text: '{{ start }}' },
    { at: 'start', to: ['operations'], subject: 'It begins', text: 'See the channel.' },
    { at: 'end', to: ['everybody'], subject: 'HRMS is back', text: 'Sign in once more.' },
  ],
}

/** Schedules with their notices; time is given, never waited for. */
export interface Diary {
  pool: pg.Pool
  url: string
  groups: Record<string, string[] | null>
  /** What `whyNot` and `starts` answer; and how often the clock wanted to start a run. */
  ready: { problem: Problem | null; starts: number }
  /** Schedules a runbook of this name, so many milliseconds from now. */
  plan(ms: number, name?: string, changes?: Partial<Runbook>): Promise<Schedule>
  /** The clock looks, so many milliseconds before the schedule's start (negative: after). */
  look(schedule: Schedule, before: number, through?: pg.Pool, given?: Partial<Announcing>): Promise<void>
  /** The clock looks, so many milliseconds from now. */
  lookIn(ms: number): Promise<void>
  now(schedule: Schedule): Promise<Schedule>
  /** What was told, in order: what, and to whom. */
  told(schedule: Schedule): Promise<[string, ...string[]][]>
  /** What was withheld, and why. */
  withheld(schedule: Schedule): Promise<[string, string | null][]>
  happened<K extends Happened['is']>(schedule: Schedule, is: K): Promise<(Happened & { is: K })[]>
  /** A run of the runbook begins, bound to its schedule. */
  run(runbook: Runbook, kind?: RunKind): Promise<Driven>
  /** A step of it begins; with `ends`, it is done too. */
  step(driven: Driven, step: string, ends?: boolean): Promise<void>
  /** A step of it begins and fails: its gate is open. */
  fail(driven: Driven, step: string, problem: Problem): Promise<void>
  scheduleOfRun(runbook: string): Promise<Schedule>
  close(): Promise<void>
}

export const newName = (): string => `book-${randomBytes(4).toString('hex')}`

function stepOf({ run }: Driven, id: string): Step {
  const found = Object.values(run.plan.approved.routes)
    .flatMap((route) => route ?? [])
    .find((each) => each.id === id)
  if (!found) throw new Error(`no step ${id}`)
  return found
}

export async function openDiary(): Promise<Diary> {
  const database = await storeDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 8 })
  for (const { person } of [asha, mei]) await recordStanding(pool, person, ['migration-operators'], 3600)
  const groups: Diary['groups'] = { S0USERS: ['U0LEE', 'U0KIM'] }
  const ready: Diary['ready'] = { problem: null, starts: 0 }
  const attend = (now: number, through = pool, given: Partial<Announcing> = {}): Promise<void> =>
    attendSchedules(through, {
      members: async (group) => groups[group] ?? null,
      whyNot: async () => ready.problem,
      async starts() {
        ready.starts++
        return ready.problem
      },
      now: new Date(now).toISOString(),
      ...given,
    })
  const diary: Diary = {
    pool,
    url: database.url,
    groups,
    ready,
    async plan(ms, name = newName(), changes = {}) {
      const runbook = { ...sampleRunbook(), ...telling, ...changes, name }
      const open = await openScheduleOf(pool, name)
      const start = new Date(Date.now() + ms).toISOString()
      const made = await schedule(pool, { runbook, start, seen: open }, asha)
      if (!made.ok) throw new Error(made.problem.code)
      return made.value.schedule
    },
    look: (of, before, through, given) => attend(Date.parse(of.window.start) - before, through, given),
    lookIn: (ms) => attend(Date.now() + ms),
    async now({ id }) {
      const found = await scheduleById(pool, id)
      if (!found) throw new Error(`no schedule ${id}`)
      return found
    },
    async told({ id }) {
      const made = (await noticesOf(pool, id)).filter(({ to }) => to.length > 0)
      return made
        .sort((a, b) => (a.at ?? '').localeCompare(b.at ?? '') || a.id.localeCompare(b.id))
        .map(({ about, place, to, schedule: _of }) => [
          about.is === 'ahead' ? (telling.notices[place ?? -1]?.at ?? '') : about.is,
          ...to.map(addressee).sort(),
        ])
    },
    async withheld({ id }) {
      return (await noticesOf(pool, id)).flatMap(({ withheld, place }) =>
        withheld ? [[telling.notices[place ?? -1]?.at ?? '', withheld] as [string, string]] : [],
      )
    },
    async happened({ id }, is) {
      const { rows } = await pool.query<{ body: Happened }>(
        "select body from lockkeeper.event where body ->> 'schedule' = $1 and body ->> 'is' = $2 order by seq",
        [id, is],
      )
      return rows.map(({ body }) => body) as never
    },
    async run(runbook, kind = 'migrate') {
      const plan = samplePlan({ author: asha.person, runbook, kind, routes: smallRoutes() })
      await insertPlan(pool, plan, 'target')
      const refuse = (problem: Problem): never => {
        throw Object.assign(new Error(problem.code), { problem })
      }
      const id = await transaction(pool, async (tx) => {
        const inserted = await insertRun(tx, plan, `target-${plan.id}`, asha.person)
        await bindToRun(tx, plan, inserted, asha, refuse)
        return inserted
      })
      const raised = await raiseFence(pool, id)
      const found = await runById(pool, id)
      if (!found) throw new Error(`no run ${id}`)
      return { pool, run: found, fence: raised?.fence ?? 0 }
    },
    async fail(driven, id, problem) {
      const found = stepOf(driven, id)
      await begin(driven, found, 1, driven.run.startedAt)
      await finish(driven, found, 1, failed(problem))
    },
    async step(driven, id, ends = true) {
      const found = stepOf(driven, id)
      await begin(driven, found, 1, driven.run.startedAt)
      if (ends) await finish(driven, found, 1, done({} as never))
    },
    async scheduleOfRun(runbook) {
      const found = await newestScheduleOf(pool, runbook)
      if (!found) throw new Error(`no schedule of ${runbook}`)
      return found
    },
    async close() {
      await pool.end()
      await database.drop()
    },
  }
  return diary
}
