import type { AlterTableCmd, Constraint, IndexStmt, Node, TypeName } from 'libpg-query'
import type { Demand } from '../domain/script.ts'
import { commandIn } from './effects.ts'
import { inParentheses, parseInner, quoteName } from './sql-parse.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'

/**
 * What a way down demands of rows that were written since: types that are narrower again, constraints that are there
 * again. Counted by the names that are there before its first statement, and for the rows as they are then. What takes
 * more with it than can be told (CASCADE, DELETE, TRUNCATE) is named, and not counted.
 * @param texts of its own statements. @param history its table: a row of it is no loss.
 */
export const demandsOf = (texts: readonly string[], history: string): Demand[] =>
  texts
    .flatMap((text) =>
      parseInner(text)
        .flatMap(withInner)
        .flatMap((node) => demandedBy(node, text)),
    )
    .filter(({ table }) => table !== history)

function demandedBy(node: Node, text: string): Demand[] {
  const whole = (table: string | null): Demand => ({ table, what: text, count: null })
  if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
    const { relation, cmds = [] } = node.AlterTableStmt
    const table = tableName(relation)
    return cmds
      .flatMap(commandIn)
      .flatMap((command) =>
        command.behavior === 'DROP_CASCADE' ? [whole(table)] : byCommand(table, command, text),
      )
  }
  if ('DropStmt' in node) return node.DropStmt.behavior === 'DROP_CASCADE' ? [whole(null)] : []
  if ('TruncateStmt' in node) return [whole(null)]
  if ('DeleteStmt' in node && node.DeleteStmt.relation) return [whole(tableName(node.DeleteStmt.relation))]
  return 'IndexStmt' in node && node.IndexStmt.unique ? byIndex(node.IndexStmt, text) : []
}

function byCommand(table: string, { subtype, name = '', def }: AlterTableCmd, text: string): Demand[] {
  if (subtype === 'AT_AlterColumnType' && def && 'ColumnDef' in def) {
    const { typeName, raw_default } = def.ColumnDef
    return typed(table, name, typeName, raw_default && !isCast(raw_default) ? text : null)
  }
  if (subtype !== 'AT_AddConstraint') return []
  return nodesOf([def], 'Constraint').flatMap((constraint) => byConstraint(table, constraint, text))
}

/** `USING c::type` cuts where the plain change of type fails; other conversions are the author's own. */
const isCast = (node: Node): boolean =>
  'TypeCast' in node && node.TypeCast.arg !== undefined && 'ColumnRef' in node.TypeCast.arg

/** By PostgreSQL's names: the smallest and the largest number that fits. */
const ranges: Record<string, [number, number]> = { int2: [-32768, 32767], int4: [-2147483648, 2147483647] }

function typed(table: string, column: string, type: TypeName | undefined, converts: string | null): Demand[] {
  const name = textOf(type?.names?.at(-1))
  const [length] = nodesOf(type?.typmods ?? [], 'A_Const').map(({ ival }) => ival?.ival ?? 0)
  const limited = length === undefined ? '' : `(${length})`
  const demand = (where: string | null): Demand => ({
    table,
    what: `${quoteName(column)} ${name}${limited}`,
    count: where && `SELECT count(*) FROM ${table} WHERE ${where}`,
  })
  const hasLimit = name === 'varchar' || name === 'bpchar'
  if (name === 'text' || (name === 'varchar' && length === undefined)) return []
  if (converts !== null) return [{ table, what: converts, count: null }]
  if (hasLimit) return [demand(`char_length(rtrim(${quoteName(column)}::text)) > ${length ?? 1}`)]
  const range = ranges[name]
  return [demand(range ? `${quoteName(column)} NOT BETWEEN ${range[0]} AND ${range[1]}` : null)]
}

function byConstraint(table: string, constraint: Constraint, text: string): Demand[] {
  const { contype, conname, skip_validation, indexname } = constraint
  if (skip_validation || indexname) return []
  const what = conname === undefined ? text : quoteName(conname)
  const demand = (count: string | null): Demand[] => [{ table, what, count }]
  if (contype === 'CONSTR_CHECK') {
    const says = inParentheses(text, constraint.location ?? 0, 'CHECK')
    return demand(says && `SELECT count(*) FROM ${table} WHERE NOT (${says})`)
  }
  if (contype === 'CONSTR_UNIQUE' && !constraint.nulls_not_distinct)
    return demand(repeated(table, namesIn(constraint.keys)))
  if (contype === 'CONSTR_FOREIGN' && constraint.pktable && constraint.pk_attrs?.length) {
    const [ours, theirs] = [namesIn(constraint.fk_attrs), namesIn(constraint.pk_attrs)]
    const same = theirs.map((theirName, i) => `theirs.${theirName} = ours.${ours[i]}`).join(' AND ')
    return demand(
      `SELECT count(*) FROM ${table} ours WHERE ${ours.map((name) => `ours.${name} IS NOT NULL`).join(' AND ')}` +
        ` AND NOT EXISTS (SELECT FROM ${tableName(constraint.pktable)} theirs WHERE ${same})`,
    )
  }
  return demand(null)
}

function byIndex(
  { relation, idxname, indexParams = [], whereClause, ...index }: IndexStmt,
  text: string,
): Demand[] {
  if (!relation) return []
  const table = tableName(relation)
  const names = nodesOf(indexParams, 'IndexElem').map(({ name }) => name)
  const isPlain = names.every((name) => name !== undefined) && !whereClause && !index.nulls_not_distinct
  const what = idxname === undefined ? text : quoteName(idxname)
  return [
    {
      table,
      what,
      count: isPlain
        ? repeated(
            table,
            names.map((name) => quoteName(name ?? '')),
          )
        : null,
    },
  ]
}

/** Rows that have all of these values in common with another one. NULL is like nothing. */
const repeated = (table: string, columns: readonly string[]): string =>
  `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${table} WHERE ${columns.map((name) => `${name} IS NOT NULL`).join(' AND ')}` +
  ` GROUP BY ${columns.join(', ')} HAVING count(*) > 1) AS repeated`

const namesIn = (nodes: readonly Node[] = []): string[] => nodes.map((node) => quoteName(textOf(node)))
