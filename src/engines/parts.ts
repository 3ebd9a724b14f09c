import type pg from 'pg'
import type { Script, Statement, Unit } from '../domain/script.ts'
import { quoteValue } from './sql-parse.ts'

/** Where Lockkeeper keeps what is its own in a target: rows that a rollback took away, and marks of half-done scripts. */
export const keptSchema = 'lockkeeper_kept'

const marks = `${keptSchema}.parts`

/**
 * A script that commits more than once can end in the middle, and the history does not say where. So each of its
 * transactions but the last leaves a mark as it commits, a retry goes on after the marks, and the last one removes them.
 */
export function addMarks(units: Unit[], migration: string, sha256: string): Unit[] {
  const transactions = units.filter((unit) => unit.in === 'transaction')
  if (transactions.length < 2) return units
  return units.map((unit, part) => {
    if (unit.in !== 'transaction') return unit
    const line = unit.statements.at(-1)!.line
    const added = (text: string): Statement => ({ text, line, from: 'added' })
    if (unit === transactions.at(-1)) {
      const remove = `DELETE FROM ${marks} WHERE migration = ${quoteValue(migration)}`
      return { ...unit, statements: [...unit.statements, added(remove)] }
    }
    const values = [migration, sha256].map(quoteValue).join(', ')
    return {
      ...unit,
      statements: [
        ...unit.statements,
        ...(unit === transactions[0] ? makeTable.map(added) : []),
        added(`INSERT INTO ${marks} (migration, file, part) VALUES (${values}, ${part})`),
      ],
    }
  })
}

const makeTable = [
  `CREATE SCHEMA IF NOT EXISTS ${keptSchema}`,
  `CREATE TABLE IF NOT EXISTS ${marks} (migration text, file text, part integer, PRIMARY KEY (migration, file, part))`,
]

/** Which units of a script committed in an earlier try, by their places in it. */
export async function committedParts(client: pg.Client, { migration, sha256 }: Script): Promise<Set<number>> {
  if (!(await hasMarks(client))) return new Set()
  const { rows } = await client.query<{ part: number }>(
    `select part from ${marks} where migration = $1 and file = $2`,
    [migration, sha256],
  )
  return new Set(rows.map(({ part }) => part))
}

/** Migrations that an earlier try left half-done. */
export async function halfDone(client: pg.Client): Promise<string[]> {
  if (!(await hasMarks(client))) return []
  const { rows } = await client.query<{ migration: string }>(
    `select distinct migration from ${marks} order by 1`,
  )
  return rows.map(({ migration }) => migration)
}

async function hasMarks(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'select pg_catalog.to_regclass($1) is not null as there',
    [marks],
  )
  return rows[0]!.there
}
