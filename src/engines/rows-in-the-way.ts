import type { AlterTableCmd, ColumnDef, Node } from 'libpg-query'
import type pg from 'pg'
import type { Finding } from '../domain/finding.ts'
import { type Demand, type Prepared, statementsOf } from '../domain/script.ts'
import { countDemands } from './count-demands.ts'
import { demandedBy } from './demands.ts'
import { commandIn, givenBy } from './effects.ts'
import { type Names, trackNames } from './names.ts'
import { readMarks } from './parts.ts'
import { parseInner, quoteName } from './sql-parse.ts'
import { tablesOf } from './tables.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'
import { isDown } from './unit-at.ts'

/** A demand with the statement that makes it. */
interface Demanding extends Demand {
  statement: string
  /** `USING` casts cut what does not fit; otherwise the server refuses it. */
  cuts: boolean
}

/** Tables whose rows are not those of now any more; null: of no table is anything known. */
type Written = Set<string> | null

/**
 * Rows that are there now and do not fit what a way up makes: a constraint, a unique index, NOT NULL, a narrower type.
 * Only where no statement before it writes to these tables, since that may be what corrects them. What stands inside of a
 * DO block may never run, and is left out.
 */
export async function rowsInTheWay(client: pg.Client, prepared: Prepared): Promise<Finding[]> {
  if (isDown(prepared)) return []
  const demands = await demandsNow(client, prepared)
  const findings: Finding[] = []
  const what: string[] = []
  for (const { statement, cuts, ...demand } of demands) {
    const { violating, uncounted } = await countDemands(client, { demands: [demand] })
    for (const each of violating)
      findings.push({
        level: cuts ? 'warning' : 'blocker',
        problem: { code: 'rows-in-the-way', ...each, statement, cuts },
      })
    what.push(...uncounted)
  }
  if (what.length > 0) findings.push({ level: 'note', problem: { code: 'rows-uncounted', what } })
  return findings
}

async function demandsNow(client: pg.Client, { scripts }: Prepared): Promise<Demanding[]> {
  const names = trackNames()
  const demands: Demanding[] = []
  let written: Written = new Set()
  for (const script of scripts) {
    // What an earlier try committed, the rows of now have been through.
    const { done } = await readMarks(client, script)
    for (const unit of script.units.filter((_, part) => !done.has(part)))
      for (const { text } of statementsOf(unit).filter(({ from }) => from === 'file'))
        for (const node of parseInner(text)) {
          const isNow = written && tablesOf(node).every((table) => !written?.has(names.table(table) ?? ''))
          if (isNow) demands.push(...demandsOf(node, text, names))
          written = afterwards(node, names, written)
          names.follow(node)
        }
  }
  return demands
}

function demandsOf(node: Node, statement: string, names: Names): Demanding[] {
  const cuts = nodesOf(node, 'ColumnDef').some(({ raw_default }) => raw_default !== undefined)
  return [...demandedBy(node, statement, names), ...notNullBy(node, names)]
    .filter(({ count }) => count !== null)
    .map((demand) => ({ ...demand, statement, cuts: cuts && 'AlterTableStmt' in node && isTyping(node) }))
}

const isTyping = (node: Node): boolean =>
  nodesOf(node, 'AlterTableCmd').some(({ subtype }) => subtype === 'AT_AlterColumnType')

/** SET NOT NULL, and a new column that may not be NULL and has no value to begin with. */
function notNullBy(node: Node, names: Names): Demand[] {
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return []
  const now = tableName(node.AlterTableStmt.relation)
  const table = names.table(now)
  if (table === null) return []
  return (node.AlterTableStmt.cmds ?? []).flatMap(commandIn).flatMap((command): Demand[] => {
    const { subtype, name = '' } = command
    const demand = (column: string, where: string): Demand => ({
      table,
      what: `${quoteName(column)} NOT NULL`,
      count: `SELECT count(*) FROM ${table}${where}`,
    })
    if (subtype === 'AT_SetNotNull') {
      const column = names.column(now, name)
      return column === null ? [] : [demand(name, ` WHERE ${quoteName(column)} IS NULL`)]
    }
    const added = columnAdded(command)
    return added && isBare(added) ? [demand(added.colname ?? '', '')] : []
  })
}

const columnAdded = ({ subtype, def }: AlterTableCmd): ColumnDef | null =>
  subtype === 'AT_AddColumn' && def && 'ColumnDef' in def ? def.ColumnDef : null

/** NOT NULL, and rows that are there get NULL. */
function isBare(column: ColumnDef): boolean {
  const gives = givenBy(column)
  const constraints = nodesOf(column.constraints ?? [], 'Constraint').map(({ contype }) => contype)
  const refusesNull = constraints.some((one) => one === 'CONSTR_NOTNULL' || one === 'CONSTR_PRIMARY')
  return refusesNull && gives !== null && gives !== 'unknown' && gives.value === null
}

/** Functions that EF and dumps call, and that write to no table. */
const harmless = new Set(['setval', 'nextval', 'pg_get_serial_sequence', 'max', 'set_config'])

/** What is known of the tables' rows after a statement. */
function afterwards(node: Node, names: Names, written: Written): Written {
  if (written === null || isOpaque(node)) return null
  const changed = withInner(node)
    .filter(changesRows)
    .flatMap(tablesOf)
    .flatMap((table) => names.table(table) ?? [])
  return new Set([...written, ...changed])
}

const writing = ['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'TruncateStmt', 'CopyStmt'] as const

/** A column that is another one afterwards, or whose values are compared in another way, counts too. */
const changesRows = (node: Node): boolean =>
  writing.some((kind) => nodesOf([node], kind).length > 0) ||
  nodesOf(node, 'AlterTableCmd').some(
    ({ subtype }) => subtype === 'AT_AlterColumnType' || subtype === 'AT_DropColumn',
  )

/** Whether a statement may write to tables that it does not name: it calls functions, or runs what it puts together. */
const isOpaque = (node: Node): boolean =>
  'CallStmt' in node ||
  ('DoStmt' in node && /\bexecute\b/i.test(JSON.stringify(node.DoStmt.args))) ||
  withInner(node).some(
    (each) =>
      'SelectStmt' in each &&
      nodesOf(each, 'FuncCall').some(({ funcname }) => !harmless.has(textOf(funcname?.at(-1)))),
  )
