import { schedule } from 'node-cron'
import type pg from 'pg'
import type { Around } from '../access/reach.ts'
import type { Log } from '../log.ts'
import { answer } from '../runs/requests.ts'
import { lapsedGates } from '../store/gates.ts'
import { escalate } from './escalation.ts'
import { attendSchedules, type Announcing } from './schedules.ts'

/** The only clock of the house: what happens by itself at a time. Any number of replicas may run it. */
export interface Clock {
  stop(): Promise<void>
}

/**
 * Looks once a second for gates whose time is over, and answers them as they said they would be; for people to be pinged;
 * and for what is scheduled. None keeps another from its second.
 */
export function startClock(pool: pg.Pool, log: Log, around: Announcing & Around): Clock {
  const everySecond = (work: () => Promise<void>) =>
    schedule(
      '* * * * * *',
      () => work().catch((error: unknown) => log.warn({ err: error }, 'the clock missed a second')),
      { noOverlap: true },
    )
  const tasks = [
    everySecond(() => answerLapsed(pool)),
    everySecond(() => escalate(pool, around)),
    everySecond(() => attendSchedules(pool, around)),
  ]
  return {
    async stop() {
      for (const task of tasks) await task.destroy()
    },
  }
}

/** Of a person's answer and the clock's at the same moment, one wins; the other finds the gate answered. */
export async function answerLapsed(pool: pg.Pool): Promise<void> {
  for (const { id, as } of await lapsedGates(pool))
    await answer(pool, { gate: { id }, choice: as, caller: { person: 'clock', via: 'clock' } })
}
