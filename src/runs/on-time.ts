import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import type { Run } from '../domain/run.ts'
import type { Step } from '../domain/step.ts'
import { timeOf } from '../store/transaction.ts'

/**
 * Users were told from when they are out: what comes before, the backup above all, may be begun earlier, and then the
 * first stop waits, by the store's clock. A stop of the run ends the wait; it is looked at by whoever waited.
 */
export async function untilUsersWereTold(
  pool: pg.Pool,
  { windowBegan, notBefore }: Pick<Run, 'windowBegan' | 'notBefore'>,
  step: Step,
  signal: AbortSignal,
): Promise<void> {
  if ((step.kind !== 'baseline' && step.kind !== 'stop') || windowBegan || !notBefore) return
  const left = Date.parse(notBefore) - Date.parse(await timeOf(pool))
  if (left > 0) await setTimeout(left, undefined, { signal }).catch(() => {})
}
