import type pg from 'pg'
import type { Loss } from '../domain/plan.ts'
import type { Prepared } from '../domain/script.ts'
import { inTheWay } from './loss.ts'
import { referringTo } from './referring.ts'

/** A table of which a way down may delete rows without a value in these columns; `by`: tables that refer to it. */
interface Deletion {
  table: string
  columns: string[]
  by: string[]
}

/**
 * Deletions that would reach rows of other tables, or fail on them: nobody counts these, and nothing keeps them. Of a
 * table whose rows refer to each other, too.
 */
export async function reachingDeletions(
  client: pg.Client,
  down: Pick<Prepared, 'drops' | 'restores'>,
): Promise<Deletion[]> {
  const reaching: Deletion[] = []
  for (const table of new Set(down.restores.map((one) => one.table))) {
    const isDropped = down.drops.some((one) => one.table === table && one.column === null)
    const columns = isDropped ? [] : (await inTheWay(client, table, down)).map(({ column }) => column)
    const by = columns.length > 0 ? await referringTo(client, table) : []
    if (by.length > 0) reaching.push({ table, columns, by })
  }
  return reaching
}

/** Of these, what is in the way now. */
export const neededNow = (deletions: readonly Deletion[], { violating }: Loss): Deletion[] =>
  deletions
    .map(({ table, columns, by }) => {
      const isNow = (column: string): boolean =>
        violating.some((one) => one.table === table && one.column === column && one.rows > 0)
      return { table, columns: columns.filter(isNow), by }
    })
    .filter(({ columns }) => columns.length > 0)
