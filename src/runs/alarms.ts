import type pg from 'pg'
import type { Cause } from '../domain/escalation.ts'
import type { Run } from '../domain/run.ts'
import { closeAlarms } from '../store/alarms.ts'
import { recordEvent } from '../store/events.ts'

/**
 * Nobody is called any more for these causes, in the transaction of what ended them. Who was pinged sees it in the ping;
 * a gate's says it by its answer.
 */
export async function stopAlarms(
  tx: pg.PoolClient,
  run: Pick<Run, 'id' | 'plan'>,
  causes: readonly Cause['is'][],
  by: string,
): Promise<void> {
  for (const { id, cause, pinged } of await closeAlarms(tx, run.id, causes))
    if (cause.is !== 'gate' && pinged.length > 0)
      await recordEvent(tx, {
        by,
        run: run.id,
        plan: run.plan.id,
        key: `${id}/closed`,
        body: { is: 'alarm.closed', alarm: id },
      })
}
