import type { AlterTableCmd, ColumnDef, Constraint, IndexStmt, Node, RangeVar, UpdateStmt } from 'libpg-query'
import type { Demand } from '../../domain/script.ts'
import { commandIn, isMissing, updatesIn, withCommon } from './effects.ts'
import { runsUnread } from './inert.ts'
import { type Names, trackNames } from './names.ts'
import { inParentheses, parseInner, quoteName } from './sql-parse.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'

/**
 * What a way down demands of rows that were written since: types that are narrower again, constraints that are there
 * again. Counted by the names that are there before its first statement, and for the rows as they are then. What takes
 * more with it than can be told (CASCADE, DELETE, MERGE, TRUNCATE, an UPDATE of what was there, a function) is named, and
 * not counted.
 * @param texts of its own statements. @param history its table: a row of it is no loss.
 */
export function demandsOf(texts: readonly string[], history: string): Demand[] {
  const names = trackNames()
  const rows = rowsBy(names)
  const demands: Demand[] = []
  for (const text of texts)
    for (const statement of parseInner(text)) {
      if (runsUnread(statement)) demands.push({ table: null, what: text, count: null })
      for (const node of withInner(statement)) {
        const found = demandedBy(node, text, rows)
        demands.push(...found.map(({ table, what, count }) => ({ table, what, count })))
        names.follow(node, node !== statement)
      }
    }
  return demands.filter(({ table }) => table !== history)
}

/** What demands are counted over: tables and columns as they are now, as far as that is known. */
export interface Rows {
  /** The name that a table has now; null: the statements make it. */
  table(later: string): string | null
  /** Quoted; null: the statements make it. */
  column(tableLater: string, later: string): string | null
  /** What stands behind FROM; null: the statements make it. */
  from(tableLater: string): string | null
  /** Whether the statements make it, and nothing is in it. */
  isEmpty(tableLater: string): boolean
  /** Whether `from` has a column that the statements add, with what rows get in it. */
  isGiven(tableLater: string, later: string): boolean
  /** Columns of its primary key; null: not known. */
  key(tableLater: string): string[] | null
}

/** Of tables as they are, without what the statements add to them. */
export const rowsBy = (names: Names): Rows => ({
  table: (later) => names.table(later),
  column(table, later) {
    const column = names.column(table, later)
    return column === null ? null : quoteName(column)
  },
  from: (later) => names.table(later),
  isEmpty: () => false,
  isGiven: () => false,
  key: () => null,
})

/** A demand with what it is about. */
export interface Demanded extends Demand {
  /** Those whose values matter, by their later names; null: nobody can tell. */
  columns: string[] | null
  /** What does not fit is cut, not refused. */
  cuts: boolean
}

/** The table of a statement. */
interface Named {
  table: string
  /** Behind FROM. */
  from: string
  /** Quoted; null: the statements make it. */
  column: (later: string) => string | null
  other: (relation: RangeVar) => { from: string } | 'empty' | null
  key: (relation: RangeVar) => string[] | null
  isGiven: (column: string) => boolean
}

function namedBy(relation: RangeVar | undefined, rows: Rows): Named | null {
  const later = relation && tableName(relation)
  const table = later === undefined ? null : rows.table(later)
  const from = later === undefined ? null : rows.from(later)
  if (later === undefined || table === null || from === null) return null
  return {
    table,
    from,
    column: (name) => rows.column(later, name),
    other: (relation) => {
      const theirs = rows.from(tableName(relation))
      if (theirs !== null) return { from: theirs }
      return rows.isEmpty(tableName(relation)) ? 'empty' : null
    },
    key: (relation) => rows.key(tableName(relation)),
    isGiven: (column) => rows.isGiven(later, column),
  }
}

/** What one statement demands. */
export function demandedBy(node: Node, text: string, rows: Rows): Demanded[] {
  const whole = (table: string | null): Demanded => ({
    table,
    what: text,
    count: null,
    columns: null,
    cuts: false,
  })
  if ('AlterTableStmt' in node) {
    const { relation, cmds = [] } = node.AlterTableStmt
    const named = namedBy(relation, rows)
    if (!named) return []
    return cmds
      .flatMap(commandIn)
      .flatMap((command) =>
        command.behavior === 'DROP_CASCADE' ? [whole(named.table)] : byCommand(named, command, text),
      )
  }
  if ('DropStmt' in node) return node.DropStmt.behavior === 'DROP_CASCADE' ? [whole(null)] : []
  if ('TruncateStmt' in node) return [whole(null)]
  const taken = [...takenBy(node, rows), ...updatesIn(node).flatMap((update) => overwritten(update, rows))]
  if (taken.length > 0) return taken.map((table) => whole(table))
  if (!('IndexStmt' in node) || !node.IndexStmt.unique) return []
  const named = namedBy(node.IndexStmt.relation, rows)
  return named ? byIndex(named, node.IndexStmt, text) : []
}

/** Tables of which rows are deleted, or written over where they are there already. */
const takenBy = (node: Node, rows: Rows): string[] =>
  withCommon(node).flatMap((one) => {
    const relation =
      'DeleteStmt' in one
        ? one.DeleteStmt.relation
        : 'MergeStmt' in one
          ? one.MergeStmt.relation
          : 'InsertStmt' in one && one.InsertStmt.onConflictClause?.action === 'ONCONFLICT_UPDATE'
            ? one.InsertStmt.relation
            : undefined
    return namedBy(relation, rows)?.table ?? []
  })

/** The table of which an UPDATE takes values that were there, if it does: one that fills in missing ones takes none. */
function overwritten(
  { relation, targetList = [], fromClause, whereClause }: UpdateStmt,
  rows: Rows,
): string[] {
  const named = namedBy(relation, rows)
  if (!named) return []
  const columns = targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget.name ?? ''] : []))
  const takes = columns.filter((column) => named.column(column) !== null)
  const fills = takes.length === 1 && whereClause && !fromClause && isMissing(whereClause, takes[0]!)
  return takes.length > 0 && !fills ? [named.table] : []
}

function byCommand(named: Named, { subtype, name = '', def }: AlterTableCmd, text: string): Demanded[] {
  if (subtype === 'AT_AlterColumnType' && def && 'ColumnDef' in def)
    return typed(named, name, def.ColumnDef, text)
  if (subtype === 'AT_AddConstraint')
    return nodesOf([def], 'Constraint').flatMap((constraint) => byConstraint(named, constraint, text))
  if (subtype !== 'AT_AddColumn' || !def || !('ColumnDef' in def)) return []
  const { colname: sval = '', constraints } = def.ColumnDef
  const itself: Node[] = [{ String: { sval } }]
  const its = nodesOf(constraints, 'Constraint')
  if (!named.isGiven(sval) || its.some(({ contype }) => contype === 'CONSTR_ATTR_NOT_ENFORCED')) return []
  return its
    .filter(({ contype }) => contype && inline.has(contype))
    .flatMap((one) => byConstraint(named, { ...one, keys: itself, fk_attrs: itself }, text))
}

/** Of a column that is added. It cannot be a primary key without a value for each row: NOT NULL says so. */
const inline = new Set<Constraint['contype']>(['CONSTR_CHECK', 'CONSTR_FOREIGN', 'CONSTR_UNIQUE'])

/** `USING c::type` says what the plain change of type does, too; other conversions are the author's own. */
function isItself(node: Node | undefined, column: string): boolean {
  const value = node && 'TypeCast' in node ? node.TypeCast.arg : node
  return value !== undefined && 'ColumnRef' in value && textOf(value.ColumnRef.fields?.at(-1)) === column
}

/** By PostgreSQL's names: the smallest and the largest number that fits. */
const ranges: Record<string, [number, number]> = { int2: [-32768, 32767], int4: [-2147483648, 2147483647] }

function typed(
  { table, from, column }: Named,
  later: string,
  { typeName: type, raw_default: using }: ColumnDef,
  text: string,
): Demanded[] {
  const name = textOf(type?.names?.at(-1))
  const limits = nodesOf(type?.typmods ?? [], 'A_Const').map(({ ival }) => ival?.ival ?? 0)
  const [length, scale = 0] = limits
  const limited = limits.length ? `(${limits.join(', ')})` : ''
  const hasLimit = name === 'varchar' || name === 'bpchar'
  // To a type with a limit; else it is refused all the same.
  const isCut = hasLimit && nodesOf([using], 'TypeCast').some(({ typeName }) => typeName?.typmods?.length)
  const demand = (where: string | null, cuts = isCut): Demanded => ({
    table,
    what: `${quoteName(later)} ${name}${limited}`,
    count: where && `SELECT count(*) FROM ${from} WHERE ${where}`,
    columns: [later],
    cuts,
  })
  const called = column(later)
  if (called === null) return []
  if (using && !isItself(using, later)) return [{ ...demand(null), what: text }]
  if (name === 'text' || (name === 'varchar' && length === undefined)) return []
  if (type?.arrayBounds) return [demand(null)]
  if (hasLimit) return [demand(`char_length(rtrim(${called}::text)) > ${length ?? 1}`)]
  const rounded = demand(`${called}::numeric <> round(${called}::numeric, ${scale})`, true)
  if (name === 'numeric' && length !== undefined)
    return [
      demand(
        `abs(round(${called}::numeric, ${scale})) >= 10::numeric ^ (${length - scale}) AND ${called}::numeric <> 'NaN'`,
      ),
      rounded,
    ]
  const range = ranges[name]
  // A fraction is rounded: half of one is too much, below zero of a float it is not (to the even number).
  const outside = range && `${called} < ${range[0]} - 0.5 OR ${called} >= ${range[1]} + 0.5`
  return outside === undefined ? [demand(null)] : [demand(outside), rounded]
}

function byConstraint(named: Named, constraint: Constraint, text: string): Demanded[] {
  const { table, from } = named
  const { contype, conname, skip_validation, indexname } = constraint
  if (skip_validation || indexname) return []
  const what = conname === undefined ? text : quoteName(conname)
  const demand = (count: string | null, columns: string[] | null): Demanded[] => [
    { table, what, count, columns, cuts: false },
  ]
  if (contype === 'CONSTR_CHECK') {
    const says = inParentheses(text, constraint.location ?? 0, 'CHECK')
    const reads = nodesOf([constraint.raw_expr], 'ColumnRef').map(({ fields }) => textOf(fields?.at(-1)))
    return demand(says && `SELECT count(*) FROM ${from} WHERE NOT (${says})`, reads)
  }
  const columns = (constraint.keys ?? []).map(textOf)
  const keys = columns.flatMap((name) => named.column(name) ?? [])
  if (keys.length < columns.length) return []
  const isPlain = !constraint.without_overlaps
  if (contype === 'CONSTR_UNIQUE' && isPlain)
    return demand(repeated(from, keys, constraint.nulls_not_distinct), columns)
  if (contype === 'CONSTR_PRIMARY' && isPlain) return demand(repeatedOrMissing(from, keys), columns)
  if (contype === 'CONSTR_FOREIGN') {
    const refers = (constraint.fk_attrs ?? []).map(textOf)
    return refers.some((name) => named.column(name) === null)
      ? []
      : demand(orphans(named, constraint), refers)
  }
  return demand(null, null)
}

/** Rows whose values refer to nothing. */
function orphans(
  { from, column, other, key }: Named,
  { pktable, pk_attrs = [], fk_attrs = [], fk_with_period }: Constraint,
): string | null {
  const theirRows = pktable && other(pktable)
  if (!pktable || !theirRows || fk_with_period) return null
  const ours = fk_attrs.map((key) => `ours.${column(textOf(key))}`)
  const given = ours.map((name) => `${name} IS NOT NULL`).join(' AND ')
  const count = `SELECT count(*) FROM (SELECT * FROM ${from}) AS ours WHERE ${given}`
  if (theirRows === 'empty') return count
  const theirs = pk_attrs.length ? pk_attrs.map(textOf) : key(pktable)
  if (theirs?.length !== ours.length) return null
  const same = theirs.map((name, i) => `theirs.${quoteName(name)} = ${ours[i]}`).join(' AND ')
  return `${count} AND NOT EXISTS (SELECT FROM (SELECT * FROM ${theirRows.from}) AS theirs WHERE ${same})`
}

function byIndex(
  { table, from, column }: Named,
  { idxname, indexParams = [], whereClause, ...index }: IndexStmt,
  text: string,
): Demanded[] {
  const elements = nodesOf(indexParams, 'IndexElem')
  const isPlain = elements.every(({ name, collation }) => name !== undefined && !collation) && !whereClause
  const columns = elements.map(({ name = '' }) => name)
  const keys = columns.flatMap((name) => column(name) ?? [])
  if (isPlain && keys.length < columns.length) return []
  const count = isPlain ? repeated(from, keys, index.nulls_not_distinct) : null
  return [{ table, what: idxname === undefined ? text : quoteName(idxname), count, columns, cuts: false }]
}

/** Rows that have all of these values in common with another one. NULL is like nothing, unless it is said to be. */
const repeated = (from: string, columns: readonly string[], isNullLikeNull = false): string =>
  `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${from}` +
  (isNullLikeNull ? '' : ` WHERE ${columns.map((name) => `${name} IS NOT NULL`).join(' AND ')}`) +
  ` GROUP BY ${columns.join(', ')} HAVING count(*) > 1) AS repeated`

/** And those that have no value in one of them. */
const repeatedOrMissing = (from: string, columns: readonly string[]): string =>
  `SELECT (${repeated(from, columns)}) + (SELECT count(*) FROM ${from} WHERE ${columns.map((name) => `${name} IS NULL`).join(' OR ')})`
