import type pg from 'pg'
import type { Script, Statement, Unit } from '../domain/script.ts'
import { quoteValue } from './statements/sql-parse.ts'

/** Where Lockkeeper keeps what is its own in a target: rows that a rollback took away, and marks of half-done scripts. */
export const keptSchema = 'lockkeeper_kept'

const table = `${keptSchema}.marks`

/** The units of a script by their places in it: those that an earlier try committed, and those that it had begun. */
export interface Marks {
  done: Set<number>
  /** Only of statements that no transaction holds: whether one of these took effect, the catalogue says. */
  begun: Set<number>
}

/**
 * A script that commits more than once can end in the middle, and the history does not say where. So each of its
 * transactions but the last leaves a mark as it commits, and a statement that no transaction holds one before and one
 * after it. A retry goes on after the marks; the last transaction, which writes the history, removes them.
 */
export function addMarks(units: Unit[], migration: string, sha256: string): Unit[] {
  if (!leavesMarks(units)) return units
  const mark = (state: keyof Marks, part: number): string => {
    const values = [migration, sha256].map(quoteValue).join(', ')
    return `INSERT INTO ${table} (migration, file, part, state) VALUES (${values}, ${part}, '${state}') ON CONFLICT DO NOTHING`
  }
  return units.map((unit, part) => {
    const make = part === 0 ? makeTable : []
    if (unit.in === 'none') {
      const { line } = unit.statement
      return {
        ...unit,
        begin: [...make, mark('begun', part)].map((text) => added(text, line)),
        end: [added(mark('done', part), line)],
      }
    }
    const { line } = unit.statements.at(-1)!
    const isLast = part === units.length - 1
    const marks = isLast ? [removeAll(migration)] : [...make, mark('done', part)]
    return { ...unit, statements: [...unit.statements, ...marks.map((text) => added(text, line))] }
  })
}

/** Whether a script needs the right to make `lockkeeper_kept`, which nobody checks for where it is there already. */
export const leavesMarks = (units: readonly Unit[]): boolean => units.length > 1

const added = (text: string, line: number): Statement => ({ text, line, from: 'added' })

const makeTable = [
  `CREATE SCHEMA IF NOT EXISTS ${keptSchema}`,
  `CREATE TABLE IF NOT EXISTS ${table} (migration text, file text, part integer, state text, PRIMARY KEY (migration, file, part, state))`,
]

const removeAll = (migration: string): string =>
  `DELETE FROM ${table} WHERE migration = ${quoteValue(migration)}`

/** What earlier tries of a script left. */
export async function readMarks(client: pg.Client, { migration, sha256 }: Script): Promise<Marks> {
  if (!(await hasMarks(client))) return { done: new Set(), begun: new Set() }
  const { rows } = await client.query<{ part: number; state: keyof Marks }>(
    `select part, state from ${table} where migration = $1 and file = $2`,
    [migration, sha256],
  )
  const of = (state: keyof Marks): Set<number> =>
    new Set(rows.filter((row) => row.state === state).map(({ part }) => part))
  return { done: of('done'), begun: of('begun') }
}

/** A statement that failed and left nothing behind had not begun. */
export async function takeBackBegun(
  client: pg.Client,
  { migration, sha256 }: Script,
  part: number,
): Promise<void> {
  await client.query(
    `delete from ${table} where migration = $1 and file = $2 and part = $3 and state = 'begun'`,
    [migration, sha256, part],
  )
}

/** Migrations that an earlier try left half-done. */
export async function halfDone(client: pg.Client): Promise<string[]> {
  if (!(await hasMarks(client))) return []
  const { rows } = await client.query<{ migration: string }>(
    `select distinct migration from ${table} order by 1`,
  )
  return rows.map(({ migration }) => migration)
}

async function hasMarks(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'select pg_catalog.to_regclass($1) is not null as there',
    [table],
  )
  return rows[0]!.there
}
