import pg from 'pg'
import { onCallBy } from '../../src/adapters/on-call.ts'
import type { Alarm } from '../../src/domain/escalation.ts'
import type { Event, Happened } from '../../src/domain/event.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Caller, Quiet } from '../../src/domain/person.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Question } from '../../src/domain/question.ts'
import type { Run } from '../../src/domain/run.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import { escalate } from '../../src/notices/escalation.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { begin, finish, type Driven } from '../../src/runs/record.ts'
import { openAlarmsOf } from '../../src/store/alarms.ts'
import { eventsOfRun } from '../../src/store/events.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { insertRun, raiseFence, runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { storeDatabase } from '../databases.ts'
import { samplePlan, sampleRunbook, smallRoutes } from '../plans.ts'

export const asha: Caller = { person: 'U0ASHA', via: 'slack' }
export const mei: Caller = { person: 'U0MEI', via: 'slack' }
export const eve: Caller = { person: 'U0EVE', via: 'slack' }

const min = 60_000

/** The lead at once, the group of DBAs after 15 min (5 while users are out), the CTO after 30, the CEO when critical. */
export const calling: Pick<Runbook, 'contacts' | 'escalation'> = {
  contacts: [
    { role: 'Lead', person: asha.person, informed: false },
    { role: 'DBA', group: 'S0DBA', phone: '+230 1', informed: false },
    { role: 'CTO', person: mei.person, informed: false },
    { role: 'CEO', phone: '+230 2', informed: true },
  ],
  escalation: [
    { contact: 'Lead', after: 0 },
    { contact: 'DBA', after: 15 * min, whileOut: 5 * min },
    { contact: 'CTO', after: 30 * min, whenCritical: 0 },
    { contact: 'CEO', whenCritical: 0 },
  ],
}

export const asks: Question = {
  code: 'sessions-left',
  sessions: [],
  ended: 0,
  changed: [],
  choices: ['terminate', 'wait', 'back-out'],
}

/** A store with runs whose runbook calls people; time is given, never waited for. */
export interface Night {
  pool: pg.Pool
  url: string
  /** Members of user groups; null: nobody tells. */
  groups: Record<string, string[] | null>
  /** Whose notifications are paused, and when. */
  quiet: Record<string, Quiet>
  /** What the bot's environment holds. */
  environment: Record<string, string | undefined>
  /** Whether e-mail is configured. */
  mails: boolean
  start(by?: string, changes?: Partial<Plan>, people?: Partial<typeof calling>): Promise<Driven>
  /** The step begins and asks: a gate opens. */
  ask(driven: Driven, step?: string, attempt?: number): Promise<string>
  ends(driven: Driven, step: string, attempt: number, outcome: Outcome): Promise<void>
  begins(driven: Driven, step: string, attempt?: number): Promise<void>
  alarms(run: string): Promise<Alarm[]>
  run(id: string): Promise<Run>
  /** The clock looks, so many minutes from now. `meanwhile` happens after it saw what is due, and before it writes. */
  look(minutes: number, pool?: pg.Pool, meanwhile?: () => Promise<unknown>): Promise<void>
  /** Events of this kind, oldest first. */
  happened<K extends Happened['is']>(run: string, is: K): Promise<(Event & { is: K })[]>
  close(): Promise<void>
}

export async function openNight(): Promise<Night> {
  const database = await storeDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 8 })
  for (const { person } of [asha, mei]) await recordStanding(pool, person, ['migration-operators'], 3600)
  const groups: Night['groups'] = { S0DBA: ['U0DAN', 'U0KIM'] }
  let targets = 0
  const stepOf = (driven: Driven, id: string) => {
    const { routes } = driven.run.plan.approved
    const step = Object.values(routes)
      .flatMap((route) => route ?? [])
      .find((each) => each.id === id)
    if (!step) throw new Error(`no step ${id}`)
    return step
  }
  const night: Night = {
    pool,
    url: database.url,
    groups,
    quiet: {},
    environment: { PATH: process.env['PATH'] },
    mails: false,
    async start(by = asha.person, changes = {}, people = {}) {
      const runbook = { ...sampleRunbook(), folder: import.meta.dirname, ...calling, ...people }
      const plan = samplePlan({ author: by, runbook, routes: smallRoutes(), ...changes })
      plan.measured.estimates = [{ step: 'backup', seconds: 30, from: 'guess' }]
      await insertPlan(pool, plan, 'target')
      const id = await insertRun(pool, plan, `target-${targets++}`, by)
      const raised = await raiseFence(pool, id)
      return { pool, run: await night.run(id), fence: raised?.fence ?? 0 }
    },
    async begins(driven, step, attempt = 1) {
      await begin(driven, stepOf(driven, step), attempt, driven.run.startedAt)
    },
    ends: (driven, step, attempt, outcome) => finish(driven, stepOf(driven, step), attempt, outcome),
    async ask(driven, step = 'drain', attempt = 1) {
      await night.begins(driven, step, attempt)
      await night.ends(driven, step, attempt, { status: 'asks', question: asks })
      return `${driven.run.id}/${step}/${attempt}`
    },
    alarms: (run) => openAlarmsOf(pool, run),
    async run(id) {
      const run = await runById(pool, id)
      if (!run) throw new Error(`no run ${id}`)
      return run
    },
    async look(minutes, through = pool, meanwhile = async () => {}) {
      let happening: Promise<unknown> | null = null
      const once = () => (happening ??= meanwhile())
      await escalate(through, {
        async members(group) {
          await once()
          return groups[group] ?? null
        },
        async quietOf(person) {
          await once()
          return night.quiet[person] ?? null
        },
        onCall: onCallBy(night.environment, makeSecrets([], night.environment)),
        mails: night.mails,
        now: new Date(Date.now() + minutes * min).toISOString(),
      })
    },
    async happened(run, is) {
      const events = await eventsOfRun(pool, run, 100)
      return events.filter((event) => event.is === is) as never
    },
    async close() {
      await pool.end()
      await database.drop()
    },
  }
  return night
}
