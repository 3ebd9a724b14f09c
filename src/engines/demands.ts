import type { AlterTableCmd, Constraint, IndexStmt, Node, RangeVar, TypeName, UpdateStmt } from 'libpg-query'
import type { Demand } from '../domain/script.ts'
import { commandIn, isMissing, updatesIn } from './effects.ts'
import { type Names, trackNames } from './names.ts'
import { inParentheses, parseInner, quoteName } from './sql-parse.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'

/**
 * What a way down demands of rows that were written since: types that are narrower again, constraints that are there
 * again. Counted by the names that are there before its first statement, and for the rows as they are then. What takes
 * more with it than can be told (CASCADE, DELETE, TRUNCATE, an UPDATE of what was there) is named, and not counted.
 * @param texts of its own statements. @param history its table: a row of it is no loss.
 */
export function demandsOf(texts: readonly string[], history: string): Demand[] {
  const names = trackNames()
  const demands: Demand[] = []
  for (const text of texts)
    for (const statement of parseInner(text))
      for (const node of withInner(statement)) {
        demands.push(...demandedBy(node, text, names))
        names.follow(node, node !== statement)
      }
  return demands.filter(({ table }) => table !== history)
}

/** A table of a statement, by the names that are there before the first one. */
interface Named {
  table: string
  /** Quoted. Null: a column that the statements make themselves. */
  column: (now: string) => string | null
  /** Null: a table that the statements make themselves. */
  other: (relation: RangeVar) => string | null
}

function namedBy(relation: RangeVar | undefined, names: Names): Named | null {
  const now = relation && tableName(relation)
  const table = now === undefined ? null : names.table(now)
  if (now === undefined || table === null) return null
  return {
    table,
    column: (name) => {
      const column = names.column(now, name)
      return column === null ? null : quoteName(column)
    },
    other: (other) => names.table(tableName(other)),
  }
}

/** What one statement demands, by the names that are there before the first one. */
export function demandedBy(node: Node, text: string, names: Names): Demand[] {
  const whole = (table: string | null): Demand => ({ table, what: text, count: null })
  if ('AlterTableStmt' in node) {
    const { relation, cmds = [] } = node.AlterTableStmt
    const named = namedBy(relation, names)
    if (!named) return []
    return cmds
      .flatMap(commandIn)
      .flatMap((command) =>
        command.behavior === 'DROP_CASCADE' ? [whole(named.table)] : byCommand(named, command, text),
      )
  }
  if ('DropStmt' in node) return node.DropStmt.behavior === 'DROP_CASCADE' ? [whole(null)] : []
  if ('TruncateStmt' in node) return [whole(null)]
  if ('DeleteStmt' in node) {
    const named = namedBy(node.DeleteStmt.relation, names)
    return named ? [whole(named.table)] : []
  }
  if (isElsewhere(node)) return [whole(null)]
  const updated = updatesIn(node).flatMap((update) => overwritten(update, names))
  if (updated.length > 0) return updated.map((table) => whole(table))
  if (!('IndexStmt' in node) || !node.IndexStmt.unique) return []
  const named = namedBy(node.IndexStmt.relation, names)
  return named ? byIndex(named, node.IndexStmt, text) : []
}

/** The table of which an UPDATE takes values that were there, if it does: one that fills in missing ones takes none. */
function overwritten(
  { relation, targetList = [], fromClause, whereClause }: UpdateStmt,
  names: Names,
): string[] {
  const named = namedBy(relation, names)
  if (!named) return []
  const columns = targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget.name ?? ''] : []))
  const takes = columns.filter((column) => named.column(column) !== null)
  const fills = takes.length === 1 && whereClause && !fromClause && isMissing(whereClause, takes[0]!)
  return takes.length > 0 && !fills ? [named.table] : []
}

/** Names without a schema mean other tables from there on. */
const isElsewhere = (node: Node): boolean =>
  'VariableSetStmt' in node && node.VariableSetStmt.name === 'search_path'

function byCommand(named: Named, { subtype, name = '', def }: AlterTableCmd, text: string): Demand[] {
  if (subtype === 'AT_AlterColumnType' && def && 'ColumnDef' in def) {
    const { typeName, raw_default } = def.ColumnDef
    return typed(named, name, typeName, raw_default && !isCast(raw_default) ? text : null)
  }
  if (subtype !== 'AT_AddConstraint') return []
  return nodesOf([def], 'Constraint').flatMap((constraint) => byConstraint(named, constraint, text))
}

/** `USING c::type` cuts where the plain change of type fails; other conversions are the author's own. */
const isCast = (node: Node): boolean =>
  'TypeCast' in node && node.TypeCast.arg !== undefined && 'ColumnRef' in node.TypeCast.arg

/** By PostgreSQL's names: the smallest and the largest number that fits. */
const ranges: Record<string, [number, number]> = { int2: [-32768, 32767], int4: [-2147483648, 2147483647] }

function typed(
  { table, column }: Named,
  now: string,
  type: TypeName | undefined,
  converts: string | null,
): Demand[] {
  const name = textOf(type?.names?.at(-1))
  const [length] = nodesOf(type?.typmods ?? [], 'A_Const').map(({ ival }) => ival?.ival ?? 0)
  const limited = length === undefined ? '' : `(${length})`
  const demand = (where: string | null): Demand => ({
    table,
    what: `${quoteName(now)} ${name}${limited}`,
    count: where && `SELECT count(*) FROM ${table} WHERE ${where}`,
  })
  const hasLimit = name === 'varchar' || name === 'bpchar'
  const called = column(now)
  if (called === null) return []
  if (name === 'text' || (name === 'varchar' && length === undefined)) return []
  if (converts !== null) return [{ table, what: converts, count: null }]
  if (hasLimit) return [demand(`char_length(rtrim(${called}::text)) > ${length ?? 1}`)]
  const range = ranges[name]
  return [demand(range ? `${called} NOT BETWEEN ${range[0]} AND ${range[1]}` : null)]
}

function byConstraint(named: Named, constraint: Constraint, text: string): Demand[] {
  const { table } = named
  const { contype, conname, skip_validation, indexname } = constraint
  if (skip_validation || indexname) return []
  const what = conname === undefined ? text : quoteName(conname)
  const demand = (count: string | null): Demand[] => [{ table, what, count }]
  if (contype === 'CONSTR_CHECK') {
    const says = inParentheses(text, constraint.location ?? 0, 'CHECK')
    return demand(says && `SELECT count(*) FROM ${table} WHERE NOT (${says})`)
  }
  const keys = (constraint.keys ?? []).flatMap((key) => named.column(textOf(key)) ?? [])
  if (keys.length < (constraint.keys ?? []).length) return []
  if (contype === 'CONSTR_UNIQUE' && !constraint.nulls_not_distinct) return demand(repeated(table, keys))
  if (contype === 'CONSTR_PRIMARY') return demand(repeatedOrMissing(table, keys))
  if (contype === 'CONSTR_FOREIGN' && constraint.pktable && constraint.pk_attrs?.length) {
    const other = named.other(constraint.pktable)
    const ours = (constraint.fk_attrs ?? []).flatMap((key) => named.column(textOf(key)) ?? [])
    if (ours.length < constraint.pk_attrs.length) return []
    const theirs = namesIn(constraint.pk_attrs)
    const same = theirs.map((theirName, i) => `theirs.${theirName} = ours.${ours[i]}`).join(' AND ')
    return demand(
      other &&
        `SELECT count(*) FROM ${table} ours WHERE ${ours.map((name) => `ours.${name} IS NOT NULL`).join(' AND ')}` +
          ` AND NOT EXISTS (SELECT FROM ${other} theirs WHERE ${same})`,
    )
  }
  return demand(null)
}

function byIndex(
  { table, column }: Named,
  { idxname, indexParams = [], whereClause, ...index }: IndexStmt,
  text: string,
): Demand[] {
  const names = nodesOf(indexParams, 'IndexElem').map(({ name }) => name)
  const isPlain = names.every((name) => name !== undefined) && !whereClause && !index.nulls_not_distinct
  const what = idxname === undefined ? text : quoteName(idxname)
  const keys = names.flatMap((name = '') => column(name) ?? [])
  if (isPlain && keys.length < names.length) return []
  return [{ table, what, count: isPlain ? repeated(table, keys) : null }]
}

/** Rows that have all of these values in common with another one. NULL is like nothing. */
const repeated = (table: string, columns: readonly string[]): string =>
  `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${table} WHERE ${columns.map((name) => `${name} IS NOT NULL`).join(' AND ')}` +
  ` GROUP BY ${columns.join(', ')} HAVING count(*) > 1) AS repeated`

/** And those that have no value in one of them. */
const repeatedOrMissing = (table: string, columns: readonly string[]): string =>
  `SELECT (${repeated(table, columns)}) + (SELECT count(*) FROM ${table} WHERE ${columns.map((name) => `${name} IS NULL`).join(' OR ')})`

const namesIn = (nodes: readonly Node[] = []): string[] => nodes.map((node) => quoteName(textOf(node)))
