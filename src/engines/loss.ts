import type pg from 'pg'
import type { Loss } from '../domain/plan.ts'
import type { Prepared } from '../domain/script.ts'

/** Rows that this way down would lose now. Columns that do not exist (the way up has not run) lose nothing. */
export async function countLoss(_client: pg.Client, _down: Prepared): Promise<Loss> {
  throw new Error('not yet')
}
