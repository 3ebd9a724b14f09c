import pg from 'pg'
import type { Problem } from '../domain/problem.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import { sqlFacts } from '../adapters/postgres/sql-error.ts'
import { missingName } from '../engines/statements/missing-name.ts'
import { defaultSchema } from '../engines/statements/tree.ts'

/**
 * Runs statements as the role that the application has, in a transaction that is always rolled back. What the migrator
 * may do proves nothing about the application; and a deferred constraint speaks up only when it is made to. Inside of
 * EXECUTE a COMMIT is an error, so nothing can stay. Names mean what they mean in the migration. Null: passed.
 */
export async function tryOut(
  { client }: TargetSession,
  { as, sql }: { as: string; sql: string },
): Promise<Problem<'try-out-failed'> | null> {
  await client.query('begin')
  try {
    await client.query(`set local search_path = ${defaultSchema}`)
    await client.query(`set local role ${pg.escapeIdentifier(as)}`)
    await client.query(`do ${pg.escapeLiteral(`begin execute ${pg.escapeLiteral(sql)}; end`)}`)
    await client.query('set constraints all immediate')
    return null
  } catch (error) {
    const facts = sqlFacts(error, { statement: sql })
    if (!facts) throw error
    const missing = missingName(error as pg.DatabaseError, sql)
    return { code: 'try-out-failed', ...facts, ...(missing && { missing }) }
  } finally {
    await client.query('rollback')
  }
}
