import pg from 'pg'
import type { At, StepKind, StepKinds } from '../../src/steps/step-kind.ts'
import type { Kind } from '../../src/domain/step.ts'
import { done, failed, type Outcome } from '../../src/domain/outcome.ts'

/** Called before and after each effect: where a process dies "in the middle of a step". */
export type Crash = (point: string) => void

/**
 * Steps whose only effect is a row in the target, so that a test can count what was done, and how often. They declare
 * the same three ways of resuming as the real ones.
 */
export function scriptedKinds(crash: Crash): StepKinds {
  const pools = new Map<string, pg.Pool>()
  /** Beside the run's own sessions: what is counted must not depend on what is tested. */
  function effectsOf({ world }: Pick<At<Kind>, 'world'>): pg.Pool {
    const { url } = world.target.address
    const pool =
      pools.get(url) ??
      new pg.Pool({ connectionString: url, max: 2, application_name: 'effects of the test' })
    if (!pools.has(url)) pool.on('error', () => {})
    pools.set(url, pool)
    return pool
  }

  async function effect(at: At<Kind>): Promise<void> {
    crash(`${at.step.id}:before`)
    await effectsOf(at).query('insert into public.effect (run, step, attempt, pid) values ($1, $2, $3, $4)', [
      at.run.id,
      at.step.id,
      at.attempt,
      process.pid,
    ])
    crash(`${at.step.id}:after`)
  }

  const counts: StepKind<Kind> = {
    resume: 'retry',
    async perform(at) {
      at.progress({ done: 1, of: 2, unit: 'seconds', at: null })
      await effect(at)
      return done({} as never)
    },
  }

  const stop: StepKind<'stop'> = {
    resume: 'retry',
    async perform(at) {
      const what = at.step.with.service
      await at.world.debts.plan({ owes: 'service', what, was: { instances: 3 } })
      await at.world.debts.take(what)
      await effect(at as At<Kind>)
      return done({ instances: 3, seconds: 0 })
    },
  }

  const start: StepKind<'start'> = {
    resume: 'retry',
    async perform(at) {
      await effect(at as At<Kind>)
      await at.world.debts.settle(at.step.with.service)
      return done({ instances: 3, seconds: 0 })
    },
  }

  const drain: StepKind<'drain'> = {
    resume: 'ask',
    async perform(at, answer): Promise<Outcome<never>> {
      if (!answer)
        return {
          status: 'asks',
          question: {
            code: 'sessions-left',
            sessions: [],
            ended: 0,
            changed: [],
            choices: ['terminate', 'wait', 'back-out'],
          },
        }
      await effect(at as At<Kind>)
      return done({ seconds: 0, left: 0, ended: [], endedBy: answer.by } as never)
    },
  }

  const migrate: StepKind<'migrate'> = {
    async resume(at) {
      const { rowCount } = await effectsOf(at).query(
        'select from public.moved where run = $1 and step = $2',
        [at.run.id, at.step.id],
      )
      return rowCount ? (done({ reconciled: true } as never) as Outcome<never>) : 'not done'
    },
    async perform(at): Promise<Outcome<never>> {
      if (at.signal.aborted) return failed({ code: 'cancelled', by: '' })
      crash(`${at.step.id}:before`)
      await effectsOf(at).query('insert into public.moved (run, step) values ($1, $2)', [
        at.run.id,
        at.step.id,
      ])
      await effect(at as At<Kind>)
      return done({ reconciled: false } as never)
    },
  }

  const count = counts as unknown as StepKind<never>
  return {
    backup: count,
    check: count,
    claim: { resume: 'retry', perform: (at: At<'claim'>) => at.world.takeClaim() },
    card: count,
    close: count,
    before: count,
    deadline: count,
    verify: count,
    open: count,
    release: count,
    smoke: count,
    admit: count,
    stop,
    start,
    drain,
    migrate,
  } as unknown as StepKinds
}

/** Where the effects of scripted steps are counted. */
export const effectTables = `
  create table public.effect (run text, step text, attempt int, pid int, at timestamptz default clock_timestamp());
  create table public.moved (run text, step text, primary key (run, step));
`
