import type pg from 'pg'
import { countRows } from '../../adapters/postgres/catalog.ts'
import { sqlProblem } from '../../adapters/postgres/sql-error.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import { done, failed, type Outcome } from '../../domain/outcome.ts'
import type { Prepared } from '../../domain/script.ts'
import type { Done } from '../../domain/step.ts'
import { askIfGrown, keepsNeeded, runOf } from '../keeps.ts'
import { countLoss } from '../loss.ts'

type Saved = Done['migrate']['saved']

/**
 * What a rollback after admit keeps, in a transaction of its own, since a program has its own session: nobody can write
 * in between, because the database is closed and drained. What an earlier life of this run kept is whole, and stays.
 * `deletes`: rows stand in Down's way. To delete them and not to go down would be a loss, so nothing is done here.
 * Asks `loss-grew` when more would be lost than was accepted; nothing is done then.
 */
export async function keepBefore(
  target: Target,
  prepared: Prepared,
  accepted: number,
): Promise<Outcome<{ saved: Saved; deletes: boolean }>> {
  const opened = await target.connect({ settings: { statementTimeout: 0, idleInTransactionTimeout: 60_000 } })
  if (!opened.ok) return failed(opened.problem)
  const { client, end } = opened.value
  let text = ''
  try {
    await client.query('begin')
    for (const { lock } of prepared.keeps) await client.query((text = lock.text))
    const loss = await countLoss(client, prepared)
    const grown = askIfGrown(loss, accepted)
    if (grown) return grown
    if (loss.violating.some(({ rows }) => rows > 0)) return done({ saved: [], deletes: true })
    const saved: Saved = []
    for (const { into, statements } of keepsNeeded(prepared.keeps, loss, runOf(target))) {
      if (!(await isThere(client, into)))
        for (const statement of statements) await client.query((text = statement.text))
      saved.push(...(await countRows(client, [into])))
    }
    await client.query((text = 'commit'))
    return done({ saved, deletes: false })
  } catch (error) {
    return failed(sqlProblem(error, { statement: text, host: target.address.host }))
  } finally {
    await end()
  }
}

async function isThere(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'select pg_catalog.to_regclass($1) is not null as there',
    [table],
  )
  return rows[0]!.there
}
