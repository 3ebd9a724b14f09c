import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import { loadConfig } from '../src/config.ts'
import { countBlockers, type Plan } from '../src/domain/plan.ts'
import type { Result } from '../src/domain/result.ts'
import { planId } from '../src/plan/id.ts'
import { makeSecrets } from '../src/runbook/secrets.ts'
import { drawPlan } from '../src/runs/planning.ts'
import { approve, keepPlan, start } from '../src/runs/starting.ts'
import { connectStore } from '../src/store/connect.ts'
import { isAnyAlive } from '../src/store/locks.ts'
import { recordStanding } from '../src/store/standing.ts'
import { boot } from './child.ts'
import type { Way } from './window-application.ts'
import type { Place } from './window-place.ts'

/** Who has which role. */
export const people = {
  'migration-operators': ['U0ASHA'],
  'database-team': ['U0DAN'],
  cto: ['U0MEI'],
}

/** A window as the run's own record has it, in milliseconds. */
export interface Recorded {
  /** From the mark of the first stop to the first healthy answer: what the document's scripts are measured by. */
  healthy: number
  /** From the same mark to the outcome of admit, with the functional requests in between: users are out until then. */
  admitted: number
  /** By kind of step, the steps in between. What is missing to the whole is the record itself. */
  steps: Record<string, number>
}

export interface Keeper {
  /** Plans a runbook as somebody does, days before. */
  plan(way: Way): Promise<Plan>
  /** Has it approved, runs it, and waits until it has ended. */
  run(plan: Plan): Promise<Recorded>
  close(): Promise<void>
}

/** The bot, as it is started for people in a terminal, and a store of its own. */
export async function openKeeper(place: Place, storeUrl: string): Promise<Keeper> {
  const environment = { ...place.environment, DATABASE_URL: storeUrl, LOG_LEVEL: 'error' }
  const loaded = await loadConfig(environment, place.folder)
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults))
  const pool = connectStore(storeUrl, 2)
  const bot = boot('../src/bot.ts', [], environment as Record<string, string>)
  while (!(await isAnyAlive(pool))) {
    bot.gone.throwIfAborted()
    await wait(50)
  }
  const caller = (person: string) => ({ person, via: 'terminal' }) as const
  const asha = caller(people['migration-operators'][0]!)
  return {
    async plan(way) {
      const runbook = valueOf(await place.runbooks.find(`window-${way}`))
      const request = { runbook, kind: 'migrate', caller: asha, ours: null } as const
      const plan = valueOf(
        await drawPlan({ pool, config: loaded.value, environment, secrets: makeSecrets([], {}) }, request),
      )
      if (countBlockers(plan) > 0) throw new Error(JSON.stringify(plan.measured.checks))
      return plan
    },
    async run(drawn) {
      for (const [role, who] of Object.entries(people))
        for (const person of who) await recordStanding(pool, person, [role], 3600)
      // The database is the one that was planned for, by its identity, so the same plan holds under another id.
      const plan = { ...drawn, id: planId(), madeAt: new Date().toISOString() }
      if (!valueOf(await keepPlan(pool, plan, asha))) throw new Error(`${plan.id} is taken`)
      for (const role of ['database-team', 'cto'] as const)
        valueOf(await approve(pool, plan.id, plan.digest, caller(people[role][0]!)))
      const { run } = valueOf(await start(pool, plan.id, asha))
      while (!(await hasEnded(pool, run))) await wait(200)
      return recorded(pool, run)
    },
    async close() {
      await bot.kill()
      await pool.end()
    },
  }
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}

async function hasEnded(pool: pg.Pool, run: string): Promise<boolean> {
  const { rows } = await pool.query<{ ending: string | null; asked: object | null }>(
    `select ending, (select question from lockkeeper.gate where run = run.id and answer is null) as asked
     from lockkeeper.run where id = $1`,
    [run],
  )
  const [now] = rows
  if (now?.asked) throw new Error(`a run of the bench asks: ${JSON.stringify(now.asked)}`)
  if (now?.ending && now.ending !== 'done') throw new Error(`a run of the bench ended ${now.ending}`)
  return now?.ending === 'done'
}

async function recorded(pool: pg.Pool, run: string): Promise<Recorded> {
  const { rows } = await pool.query<{
    kind: string
    lasted: number
    began: number
    ended: number
    outcome: { facts: { passed?: { name: string; milliseconds: number }[] } }
  }>(
    `select split_part(step, ':', 1) as kind, outcome,
       extract(epoch from attempt.ended_at - attempt.began_at)::float8 * 1000 as lasted,
       extract(epoch from attempt.began_at - run.window_began)::float8 * 1000 as began,
       extract(epoch from attempt.ended_at - run.window_began)::float8 * 1000 as ended
     from lockkeeper.attempt join lockkeeper.run on run.id = attempt.run
     where run.id = $1 and attempt.began_at >= run.window_began`,
    [run],
  )
  const smoke = rows.find(({ kind }) => kind === 'smoke')
  const [health] = smoke?.outcome.facts.passed ?? []
  const admitted = rows.find(({ kind }) => kind === 'admit')?.ended
  if (!smoke || !health?.name.startsWith('Health of') || admitted === undefined)
    throw new Error('a run of the bench let nobody in')
  return {
    healthy: smoke.began + health.milliseconds,
    admitted,
    steps: Object.fromEntries(rows.map(({ kind, lasted }) => [kind, lasted])),
  }
}
