import type pg from 'pg'
import { countRows, tableSizes } from '../../adapters/postgres/catalog.ts'
import { type Target, withSession } from '../../adapters/postgres/target.ts'
import type { Finding } from '../../domain/finding.ts'
import { type Prepared, type Statement, statementsOf } from '../../domain/script.ts'
import { takesOver } from './column-type.ts'
import { givingWay } from '../statements/give-way.ts'
import { claimsOurs, findHistory, type History, readHistory } from '../history.ts'
import { type Names, trackNames } from '../statements/names.ts'
import { rowsInTheWay } from './rows-in-the-way.ts'
import { refused } from './refused.ts'
import { parseInner, quoteName } from '../statements/sql-parse.ts'
import { withInner } from '../statements/tree.ts'
import { type Weight, weightsOf } from '../statements/weight.ts'

interface Size {
  table: string
  rows: number
  bytes: number
}

/** Bytes. Rows of a table up to this size are counted; of a larger one the server's estimate is good enough. */
const countedUpTo = 64 * 1024 ** 2

/** Bytes. Reading less than this takes less time than a person notices. */
const noticedFrom = 100 * 1024 ** 2

/**
 * What the statements do to tables that have rows, and whether two tables claim to be the history. What a move applies or
 * reverts besides is the plan's to say.
 */
export async function checkScripts(target: Target, history: History, prepared: Prepared): Promise<Finding[]> {
  const checked = await withSession(
    target,
    'check the scripts',
    async ({ client }) => [
      ...prepared.noticed,
      ...(await twice(client, history, prepared)),
      ...(await refused(client, prepared)),
      ...(await rowsInTheWay(client, history, prepared)),
      ...(await onPopulated(client, prepared)),
    ],
    { settings: { readOnly: true } },
  )
  return checked.ok ? checked.value : [{ level: 'blocker', problem: checked.problem }]
}

async function twice(client: pg.Client, history: History, { scripts }: Prepared): Promise<Finding[]> {
  const { found, others } = await findHistory(client, history)
  if (!others.length) return []
  const applied = found ? await readHistory(client, history) : []
  const ours = [...applied, ...scripts.map(({ migration }) => migration)]
  const claiming: string[] = []
  for (const other of others) if (await claimsOurs(client, other, history, ours)) claiming.push(other)
  const beside = others.filter((other) => !claiming.includes(other))
  const { table } = history
  const findings: Finding[] = []
  if (claiming.length > 0)
    findings.push({ level: 'warning', problem: { code: 'history-twice', tables: [table, ...claiming] } })
  if (beside.length > 0)
    findings.push({ level: 'note', problem: { code: 'history-beside', table, others: beside } })
  return findings
}

async function onPopulated(client: pg.Client, prepared: Prepared): Promise<Finding[]> {
  const statements = prepared.scripts
    .flatMap(({ units }) => units.flatMap(statementsOf))
    .filter(({ from }) => from === 'file')
  const names = trackNames()
  const sizes = new Map((await populated(client, prepared.touches)).map((size) => [size.table, size]))
  const findings: Finding[] = []
  const giveWay = givingWay()
  for (const statement of statements) {
    await giveWay(statement.text)
    for (const node of parseInner(statement.text).flatMap(withInner)) {
      for (const weight of weightsOf(node)) {
        const before = byNamesBefore(names, weight)
        const size = before && sizes.get(before.table)
        if (size && (await holds(client, before))) findings.push(weighty(before, statement, size))
      }
      names.follow(node)
    }
  }
  return [...constantDefaults(prepared, sizes), ...findings]
}

/** By the names that are there now. Null: of a table that the statements make themselves. */
function byNamesBefore(names: Names, { table: now, when, ...weight }: Weight): Weight | null {
  const table = names.table(now)
  if (table === null) return null
  if (!when || 'volatile' in when) return { ...weight, table, ...(when && { when }) }
  const column = names.column(now, 'column' in when ? when.column : when.notNull)
  // Of a column that the statements make the catalogue says nothing.
  if (column === null) return { ...weight, table }
  return { ...weight, table, when: 'column' in when ? { ...when, column } : { notNull: column } }
}

async function populated(client: pg.Client, tables: string[]): Promise<Size[]> {
  const sizes = await tableSizes(client, tables)
  const small = sizes.filter(({ bytes }) => bytes <= countedUpTo).map(({ table }) => table)
  const counts = new Map((await countRows(client, small)).map(({ table, rows }) => [table, rows]))
  return sizes
    .map((size) => ({ ...size, rows: counts.get(size.table) ?? size.rows }))
    .filter(({ rows, bytes }) => rows > 0 || bytes > countedUpTo)
}

const constantDefaults = ({ adds }: Prepared, sizes: Map<string, Size>): Finding[] =>
  adds.flatMap(({ table, column, gives, notNull }): Finding[] => {
    const rows = sizes.get(table)?.rows
    if (!notNull || gives === 'unknown' || gives.value === null || rows === undefined) return []
    return [
      { level: 'warning', problem: { code: 'constant-default', table, column, value: gives.value, rows } },
    ]
  })

function weighty({ table, does }: Weight, { text }: Statement, { rows, bytes }: Size): Finding {
  const facts = { table, statement: text, rows, bytes }
  if (does === 'rewrites') return { level: 'warning', problem: { code: 'rewrites-table', ...facts } }
  return { level: bytes < noticedFrom ? 'note' : 'warning', problem: { code: 'scans-table', ...facts } }
}

async function holds(client: pg.Client, { table, when }: Weight): Promise<boolean> {
  if (!when) return true
  if ('volatile' in when) return anyVolatile(client, when.volatile)
  if ('notNull' in when) return !(await isCheckedNotNull(client, table, when.notNull))
  return !(await takesOver(client, table, when))
}

/** Whether one of these functions gives another value each time: by name, in whatever schema. */
async function anyVolatile(client: pg.Client, functions: string[]): Promise<boolean> {
  const { rows } = await client.query(
    "select from pg_catalog.pg_proc where proname = any($1::name[]) and provolatile = 'v' limit 1",
    [functions],
  )
  return rows.length > 0
}

/** A valid CHECK of exactly this spares SET NOT NULL the reading (since 12). */
async function isCheckedNotNull(client: pg.Client, table: string, column: string): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_catalog.pg_constraint where conrelid = pg_catalog.to_regclass($1) and contype = 'c' and convalidated
       and pg_catalog.pg_get_constraintdef(oid) = $2`,
    [table, `CHECK ((${quoteName(column)} IS NOT NULL))`],
  )
  return rows.length > 0
}
