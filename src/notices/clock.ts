import { schedule, type TaskOptions } from 'node-cron'
import type pg from 'pg'
import type { Around } from '../access/reach.ts'
import { plansHold } from '../domain/plan.ts'
import type { Log } from '../log.ts'
import { answer } from '../runs/requests.ts'
import { gatesOfDeliveredCards, lapsedGates } from '../store/gates.ts'
import { recordEvent } from '../store/events.ts'
import { expiredPlans } from '../store/plans.ts'
import { escalate } from './escalation.ts'
import { removeExpired, type Retention } from './retention.ts'
import { attendSchedules, type Announcing } from './schedules.ts'

/** The only clock of the house: what happens by itself at a time. Any number of replicas may run it. */
export interface Clock {
  stop(): Promise<void>
}

/**
 * Looks once a second for gates whose time is over, and answers them as they said they would be; for people to be pinged;
 * and for what is scheduled; every other second for runbooks that people edited. Once an hour what is older than the
 * configuration keeps is removed. None keeps another from its time.
 */
export function startClock(
  pool: pg.Pool,
  log: Log,
  around: Announcing & Around,
  retention: Retention,
  readRunbooks: () => Promise<void>,
): Clock {
  const at = (expression: string, name: string, work: () => Promise<void>) =>
    schedule(
      expression,
      () => work().catch((error: unknown) => log.warn({ err: error, task: name }, 'the clock missed a look')),
      { name, noOverlap: true, logger: cronLog(log, name) },
    )
  const everySecond = '* * * * * *'
  const tasks = [
    at(everySecond, 'gates', () => answerLapsed(pool)),
    at(everySecond, 'delivered cards', () => answerDelivered(pool)),
    at(everySecond, 'escalation', () => escalate(pool, around)),
    at(everySecond, 'plans', () => tellExpired(pool)),
    at(everySecond, 'schedules', () => attendSchedules(pool, around)),
    at('*/2 * * * * *', 'runbooks', readRunbooks),
    at('17 * * * *', 'retention', async () => {
      const removed = await removeExpired(pool, retention)
      if (Object.values(removed).some((count) => count > 0))
        log.info({ removed, audit: retention.keep.audit }, 'removed what is older than `keep` says')
    }),
  ]
  return {
    async stop() {
      for (const task of tasks) await task.destroy()
    },
  }
}

/**
 * Where node-cron says that it missed or skipped a time: our log, not the console. That a look of the last second goes on
 * is no fault.
 */
const cronLog = (log: Log, task: string): NonNullable<TaskOptions['logger']> => ({
  debug: (message) => log.debug({ task }, textOf(message)),
  info: (message) => log.debug({ task }, message),
  warn: (message) => log.debug({ task }, message),
  error: (message, error) => log.warn({ task, err: error }, textOf(message)),
})

const textOf = (message: string | Error): string => (message instanceof Error ? message.message : message)

/** Of a person's answer and the clock's at the same moment, one wins; the other finds the gate answered. */
export async function answerLapsed(pool: pg.Pool): Promise<void> {
  for (const { id, as } of await lapsedGates(pool))
    await answer(pool, { gate: { id }, choice: as, caller: { person: 'clock', via: 'clock' } })
}

/** Messages about a plan that nobody ran while its approvals held say so from then on. */
export async function tellExpired(pool: pg.Pool): Promise<void> {
  for (const plan of await expiredPlans(pool, plansHold))
    await recordEvent(pool, {
      by: 'lockkeeper',
      run: null,
      plan,
      key: `${plan}/expired`,
      body: { is: 'plan.expired' },
    })
}

/** Nobody need wait for a card that is delivered: the run looks again, and goes on. */
export async function answerDelivered(pool: pg.Pool): Promise<void> {
  for (const { id } of await gatesOfDeliveredCards(pool))
    await answer(pool, { gate: { id }, choice: 'wait', caller: { person: 'clock', via: 'clock' } })
}
