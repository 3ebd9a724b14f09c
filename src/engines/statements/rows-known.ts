import type { AlterTableCmd, ColumnDef, Node, TypeName } from 'libpg-query'
import { type Demanded, demandedBy, type Rows } from './demands.ts'
import { commandIn, givenBy } from './effects.ts'
import { isInert } from './inert.ts'
import { madeBy, trackNames } from './names.ts'
import { parseInner, quoteName, quoteValue } from './sql-parse.ts'
import { tablesOf } from './tables.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'
import { typeText } from './weight.ts'

/** A demand of a statement on rows that are there now. */
export interface Placed {
  demand: Demanded
  statement: string
  /** Tables that it is counted over. */
  tables: string[]
  /** Whether the rows are sure to be as they are now when it is made. */
  isSure: boolean
  /** ONLY: not of what inherits from it, or is a partition of it. */
  isOnly: boolean
}

/**
 * What is known of rows while statements run, in their order: which tables are made and empty, what columns are added
 * with, what was written. `follow` gives the demands of a statement that can be counted now.
 * @param history its table: writing it changes no other rows.
 * @param notValid statements that would add the constraints which are there and not validated.
 * @param keys columns of primary keys, by their tables.
 */
export function trackRows(
  history: string,
  notValid: readonly string[],
  keys: ReadonlyMap<string, string[]>,
): { follow(node: Node, text: string): Placed[] } {
  const names = trackNames()
  const empty = new Set<string>()
  const added = new Map<string, { column: string; sql: string }[]>()
  const written = new Map<string, Set<string> | 'all'>()
  const unvalidated = new Map(notValid.flatMap(validatedLater))
  let isAsNow = true
  let makesFunctions = false
  const rekeyed = new Set<string>()

  const rows: Rows = {
    table: (later) => names.table(later),
    column(table, later) {
      const before = names.column(table, later)
      if (before !== null) return quoteName(before)
      const made = names.added(table, later)
      return made !== null && rows.isGiven(table, made) ? quoteName(made) : null
    },
    isGiven: (table, column) =>
      added.get(names.table(table) ?? '')?.some((one) => one.column === column) === true,
    from(later) {
      const table = names.table(later)
      if (table === null) return null
      const columns = added.get(table)
      if (!columns?.length) return table
      const alias = later.slice(later.lastIndexOf('.') + 1)
      return `(SELECT ${alias}.*, ${columns.map(({ column, sql }) => `${sql} AS ${quoteName(column)}`).join(', ')} FROM ${table} AS ${alias}) AS ${alias}`
    },
    isEmpty: (later) => isAsNow && empty.has(later),
    key(later) {
      const table = names.table(later)
      return table === null || rekeyed.has(table) ? null : (keys.get(table) ?? null)
    },
  }

  /** Whether a statement before writes what a demand is about: that may be what corrects it. */
  const isCorrected = (demand: Demanded, tables: string[]): boolean =>
    tables.some((table) => {
      const columns = written.get(table)
      if (columns === undefined) return false
      if (columns === 'all' || table !== demand.table || demand.columns === null) return true
      return demand.columns.some((column) => columns.has(column))
    })

  function noteAdded(node: Node): void {
    for (const { table, column } of columnsAdded(node)) {
      const before = names.table(table)
      const sql = constantOf(column)
      if (before !== null && sql !== null)
        added.set(before, [...(added.get(before) ?? []), { column: column.colname ?? '', sql }])
    }
  }

  function noteWritten(node: Node): void {
    for (const each of withInner(node))
      for (const { table: later, columns } of writtenBy(each)) {
        const table = names.table(later)
        const before = table === null ? undefined : written.get(table)
        if (table === null || later === history || before === 'all') continue
        written.set(table, columns === 'all' ? 'all' : new Set([...(before ?? []), ...columns]))
      }
  }

  return {
    follow(node, text) {
      noteAdded(node)
      const asked = [{ node, text }, ...validatedBy(node).flatMap((name) => unvalidated.get(name) ?? [])]
      const tables = tablesOf(node).flatMap((table) => names.table(table) ?? [])
      // Called by a CHECK, it may say another thing than now.
      const isSame = !makesFunctions || nodesOf([node], 'FuncCall').length === 0
      const isSure = isAsNow && isSame && isPlain(node)
      const placed = asked
        .flatMap((one) => [...demandedBy(one.node, one.text, rows), ...notNullBy(one.node, rows)])
        .filter((demand) => demand.count !== null && !isCorrected(demand, tables))
        .map((demand) => ({ demand, statement: text, tables, isSure, isOnly: isOnly(node) }))
      for (const name of droppedBy(node)) unvalidated.delete(name)
      if (droppedBy(node).length > 0) for (const table of tables) rekeyed.add(table)
      for (const [name, later] of validatedLater(text)) unvalidated.set(name, later)
      noteWritten(node)
      if ('CreateFunctionStmt' in node) makesFunctions = true
      if (!isInert(node) && !writesOnly(node, history)) isAsNow = false
      if ('CreateStmt' in node && !node.CreateStmt.if_not_exists)
        for (const made of madeBy(node)) empty.add(made)
      for (const each of withInner(node)) names.follow(each, each !== node)
      return placed
    },
  }
}

const commandsOf = (node: Node): AlterTableCmd[] =>
  'AlterTableStmt' in node ? (node.AlterTableStmt.cmds ?? []).flatMap(commandIn) : []

function columnsAdded(node: Node): { table: string; column: ColumnDef }[] {
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return []
  const table = tableName(node.AlterTableStmt.relation)
  return commandsOf(node).flatMap(({ subtype, def }) =>
    subtype === 'AT_AddColumn' && def && 'ColumnDef' in def ? [{ table, column: def.ColumnDef }] : [],
  )
}

/** What rows that are there get in an added column, as SQL. Null: it differs, or its type is not PostgreSQL's own. */
function constantOf(column: ColumnDef): string | null {
  const gives = givenBy(column)
  const type = isBuiltin(column.typeName) ? typeText(column.typeName) : null
  if (gives === null || gives === 'unknown' || type === null) return null
  return `CAST(${gives.value === null ? 'NULL' : quoteValue(gives.value)} AS ${type})`
}

const builtin = new Set(['bytea', 'date', 'inet', 'json', 'jsonb', 'text', 'timestamptz', 'uuid', 'xml'])

/** Any other type may be a domain, with a default and rules of its own. */
function isBuiltin(type: TypeName | undefined): boolean {
  const names = (type?.names ?? []).map(textOf)
  return names.length === 1 ? builtin.has(names[0]!) : names[0] === 'pg_catalog'
}

/** SET NOT NULL, and a new column that may not be NULL and has no value to begin with. */
function notNullBy(node: Node, rows: Rows): Demanded[] {
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return []
  const later = tableName(node.AlterTableStmt.relation)
  const [table, from] = [rows.table(later), rows.from(later)]
  if (table === null || from === null) return []
  const demand = (column: string, count: string): Demanded => ({
    table,
    what: `${quoteName(column)} NOT NULL`,
    count,
    columns: [column],
    cuts: false,
  })
  const set = commandsOf(node)
    .filter(({ subtype }) => subtype === 'AT_SetNotNull')
    .flatMap(({ name = '' }) => {
      const column = rows.column(later, name)
      return column === null ? [] : [demand(name, `SELECT count(*) FROM ${from} WHERE ${column} IS NULL`)]
    })
  const bare = columnsAdded(node)
    .filter(({ column }) => isBare(column))
    .map(({ column }) => demand(column.colname ?? '', `SELECT count(*) FROM ${table}`))
  return [...set, ...bare]
}

/** NOT NULL, and rows that are there get NULL. */
function isBare(column: ColumnDef): boolean {
  const gives = givenBy(column)
  const constraints = nodesOf(column.constraints ?? [], 'Constraint').map(({ contype }) => contype)
  const refusesNull = constraints.some((one) => one === 'CONSTR_NOTNULL' || one === 'CONSTR_PRIMARY')
  return (
    refusesNull && gives !== null && gives !== 'unknown' && gives.value === null && isBuiltin(column.typeName)
  )
}

/** Without IF (NOT) EXISTS, and without other commands of the same statement that make other values. */
function isPlain(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.if_not_exists !== true
  if (!('AlterTableStmt' in node)) return true
  const commands = commandsOf(node)
  const isOther = commands.some(
    ({ subtype }) => subtype === 'AT_DropColumn' || subtype === 'AT_AlterColumnType',
  )
  return (
    node.AlterTableStmt.missing_ok !== true &&
    commands.every(({ missing_ok }) => missing_ok !== true) &&
    (commands.length === 1 || !isOther)
  )
}

/** A constraint, by the name of its table and its own. */
const keyOf = (node: Node, constraint: string): string =>
  'AlterTableStmt' in node && node.AlterTableStmt.relation
    ? `${tableName(node.AlterTableStmt.relation)} ${constraint}`
    : constraint

const keysOf = (node: Node, does: AlterTableCmd['subtype']): string[] =>
  commandsOf(node).flatMap(({ subtype, name }) => (subtype === does && name ? [keyOf(node, name)] : []))

const validatedBy = (node: Node): string[] => keysOf(node, 'AT_ValidateConstraint')
const droppedBy = (node: Node): string[] => keysOf(node, 'AT_DropConstraint')

const isOnly = (node: Node): boolean => {
  const relation =
    'AlterTableStmt' in node
      ? node.AlterTableStmt.relation
      : 'IndexStmt' in node
        ? node.IndexStmt.relation
        : null
  return relation?.inh !== true
}

/** The constraint that a statement adds NOT VALID, with the same statement as if it were validated. */
function validatedLater(text: string): [key: string, statement: { node: Node; text: string }][] {
  const node = /\bnot\s+valid\b/i.test(text) ? parseInner(text)[0] : undefined
  const constraint = node && nodesOf(commandsOf(node), 'Constraint').find((one) => one.skip_validation)
  if (!node || !constraint?.conname) return []
  constraint.skip_validation = false
  return [[keyOf(node, constraint.conname), { node, text }]]
}

/** Tables that a statement writes to by name, with the columns of rows that were there; inserting leaves those as they are. */
function writtenBy(node: Node): { table: string; columns: string[] | 'all' }[] {
  const all = (table: string): { table: string; columns: 'all' } => ({ table, columns: 'all' })
  const updated = nodesOf([node], 'UpdateStmt').flatMap(({ relation, targetList = [] }) =>
    relation
      ? [
          {
            table: tableName(relation),
            columns: targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget.name ?? ''] : [])),
          },
        ]
      : [],
  )
  const inserted = nodesOf([node], 'InsertStmt').flatMap(({ relation }) =>
    relation ? [{ table: tableName(relation), columns: [] }] : [],
  )
  const others = (['DeleteStmt', 'MergeStmt'] as const).flatMap((kind) =>
    nodesOf([node], kind).flatMap(({ relation }) => (relation ? [all(tableName(relation))] : [])),
  )
  const truncated = 'TruncateStmt' in node || 'CopyStmt' in node ? tablesOf(node).map(all) : []
  const changed = commandsOf(node).flatMap(({ subtype, name = '' }) =>
    subtype === 'AT_DropColumn' || subtype === 'AT_AlterColumnType' ? [name] : [],
  )
  const altered = changed.length ? tablesOf(node).map((table) => ({ table, columns: changed })) : []
  return [...updated, ...inserted, ...others, ...truncated, ...altered]
}

const writesOnly = (node: Node, table: string): boolean =>
  ('InsertStmt' in node || 'DeleteStmt' in node) && tablesOf(node).every((one) => one === table)
