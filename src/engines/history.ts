import type pg from 'pg'
import { sqlstateOf } from '../adapters/postgres/sql-error.ts'
import type { Problem } from '../domain/problem.ts'
import type { Statement } from '../domain/script.ts'
import { parseInner, quoteName, quoteValue } from './statements/sql-parse.ts'
import { nodesOf, tableName } from './statements/tree.ts'

/** The table that says which migrations were applied, one row each, and our statements on it. */
export interface History {
  /** Quoted, with its schema. */
  table: string
  /** Holds the migration's id; as the catalogue has it. */
  column: string
  /** Without its schema, as the catalogue has it. */
  name: string
  /**
   * Nobody else migrates meanwhile: EF's migrator takes ACCESS EXCLUSIVE here, which waits for this too. EXCLUSIVE and
   * not more: a dump or an application may go on reading.
   */
  lock: string
  /** Compared with the plan under that lock. */
  read: string
  /** The row that a file does not write itself. */
  insert(migration: string): string
  remove(migration: string): string
  /** Whether a row is of these migrations: two contexts may share a table. */
  isOurs(migration: string): boolean
}

/** Where a history is, and what our own row of it holds besides the id. */
export interface HistoryPlace {
  table: string
  column: string
  values: Record<string, string>
  /** Two contexts share the table: these ids are the other's. Without it, none is. */
  except?: readonly string[]
  /** Of plans that did not note the other's rows: only these ids are ours. */
  only?: readonly string[]
}

/** @throws where the runbook's table is no name; the runbook's own check refuses it before. */
export function historyOf(history: HistoryPlace): History {
  const relation = nodesOf(parseInner(`TABLE ${history.table}`), 'RangeVar')[0]
  if (!relation?.relname) throw new Error(`${history.table} is not a table's name`)
  const table = tableName(relation)
  const column = quoteName(history.column)
  const columns = [column, ...Object.keys(history.values).map(quoteName)]
  const only = history.only && new Set(history.only)
  const except = new Set(history.except)
  return {
    table,
    column: history.column,
    name: relation.relname,
    isOurs: (migration) => !except.has(migration) && (only?.has(migration) ?? true),
    lock: `LOCK TABLE ${table} IN EXCLUSIVE MODE`,
    read: `SELECT ${column} FROM ${table} ORDER BY ${column}`,
    insert: (migration) =>
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${[migration, ...Object.values(history.values)].map(quoteValue).join(', ')})`,
    remove: (migration) => `DELETE FROM ${table} WHERE ${column} = ${quoteValue(migration)}`,
  }
}

/** Whether a statement of a script is our reading of the history, whose rows are compared with the plan. */
export const readsHistory = (history: History, statement: Statement): boolean =>
  statement.from === 'added' && statement.text === history.read

/** Ids of the applied migrations, oldest first by their ids. */
export async function readHistory(client: pg.Client, history: History): Promise<string[]> {
  const { rows } = await client.query<[string]>({ text: history.read, rowMode: 'array' })
  return historyRows(history, rows)
}

export const historyRows = (history: History, rows: readonly (readonly unknown[])[]): string[] =>
  rows
    .map(([id]) => String(id))
    .filter((id) => history.isOurs(id))
    .toSorted(compareMigrations)

/**
 * Whether the configured table is there, and which other ones have its name: an application at run time may use another
 * schema than its tools, and then a migrated database looks as if nothing was applied.
 */
export async function findHistory(
  client: pg.Client,
  history: History,
): Promise<{ found: boolean; others: string[] }> {
  const { rows } = await client.query<{ table: string; configured: boolean }>(
    `select oid::regclass::text as table, oid is not distinct from pg_catalog.to_regclass($1) as configured
     from pg_catalog.pg_class where relname = $2 and relkind in ('r', 'p') order by 1`,
    [history.table, history.name],
  )
  return {
    found: rows.some(({ configured }) => configured),
    others: rows.filter(({ configured }) => !configured).map(({ table }) => table),
  }
}

/**
 * Whether another table of that name may be taken for the history of these migrations: it holds one of them, or nothing, or
 * cannot be read. One that holds others alone is another context's.
 */
export async function claimsOurs(
  client: pg.Client,
  other: string,
  { column }: History,
  migrations: readonly string[],
): Promise<boolean> {
  const name = quoteName(column)
  try {
    const { rows } = await client.query<{ claims: boolean }>(
      `select exists (select from ${other} where ${name} = any($1)) or not exists (select from ${other}) as claims`,
      [migrations],
    )
    return rows[0]!.claims
  } catch (error) {
    if (sqlstateOf(error) === null) throw error
    return true
  }
}

/** By the number at their begin, then by the rest: `9_a` comes before `10_a`, and dates sort as dates. */
export function compareMigrations(a: string, b: string): number {
  const [x, y] = [numberOf(a), numberOf(b)]
  if (x !== y) return x < y ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

const numberOf = (id: string): bigint => BigInt(/^\d+/.exec(id)?.[0] ?? 0)

/** The history ends elsewhere than it was to; null: with no migration at all. */
export const historyUnlike = (expected: string | null, found: string | null): Problem => ({
  code: 'history-unlike',
  expected: expected ?? 'no migration',
  found: found ?? 'no migration',
})
