import type pg from 'pg'
import { cancelledState, sqlstateOf } from '../adapters/postgres/sql-error.ts'
import type { Measured } from '../domain/plan.ts'
import type { Prepared } from '../domain/script.ts'
import { countLoss } from '../engines/loss.ts'

/** Milliseconds: what a rollback would lose is counted over whole tables. */
export const longestCount = 600_000

/**
 * What a rollback would lose now, or null where it could not be counted in the time that the session has. A rollback
 * counts again under lock, and does nothing that it could not count.
 */
export async function lossInTime(
  client: pg.Client,
  down: Pick<Prepared, 'drops' | 'restores'>,
): Promise<Measured['loss']> {
  try {
    return await countLoss(client, down)
  } catch (error) {
    if (sqlstateOf(error) === cancelledState) return null
    throw error
  }
}
