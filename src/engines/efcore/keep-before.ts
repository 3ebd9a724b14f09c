import { sqlProblem } from '../../adapters/postgres/sql-error.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import { done, failed, type Outcome } from '../../domain/outcome.ts'
import type { Prepared } from '../../domain/script.ts'
import type { Done } from '../../domain/step.ts'
import { ofRun } from '../keeps.ts'
import { countLoss } from '../loss.ts'

type Saved = Done['migrate']['saved']

/**
 * What a rollback after admit keeps, in a transaction of its own, since a program has its own session: nobody can write
 * in between, because the database is closed and drained. An earlier life of this run may have kept it already, and its
 * tables are made anew. Asks `loss-grew` when more would be lost than was accepted; nothing is done then.
 */
export async function keepBefore(
  target: Target,
  prepared: Prepared,
  accepted: number,
): Promise<Outcome<Saved>> {
  const opened = await target.connect({ settings: { statementTimeout: 0, idleInTransactionTimeout: 60_000 } })
  if (!opened.ok) return failed(opened.problem)
  const { client, end } = opened.value
  const run = target.applicationName.slice(target.applicationName.indexOf(':') + 1)
  let text = ''
  try {
    await client.query('begin')
    for (const { lock } of prepared.keeps) await client.query((text = lock.text))
    const { rows, dropped, violating } = await countLoss(client, prepared)
    if (rows > accepted)
      return {
        status: 'asks',
        question: {
          code: 'loss-grew',
          accepted,
          counted: rows,
          choices: ['go-on', 'back-out', 'leave'],
        },
      }
    const lossy = new Set([...dropped, ...violating].flatMap((one) => (one.rows ? [one.table] : [])))
    const saved: Saved = []
    for (const { into, statements } of prepared.keeps.filter(({ table }) => lossy.has(table))) {
      const table = into.replaceAll('{run}', run)
      await client.query((text = `DROP TABLE IF EXISTS ${table}`))
      for (const statement of statements.map((one) => ofRun(one, run))) {
        const { command, rowCount } = await client.query((text = statement.text))
        if (command === 'SELECT') saved.push({ table, rows: rowCount ?? 0 })
      }
    }
    await client.query((text = 'commit'))
    return done(saved)
  } catch (error) {
    return failed(sqlProblem(error, { statement: text, host: target.address.host }))
  } finally {
    await end()
  }
}
