import type { Node, RangeVar } from 'libpg-query'
import type pg from 'pg'
import { commandIn } from '../statements/effects.ts'
import { nameOfType, type NewValue } from './enum-value.ts'
import type { Names } from '../statements/names.ts'
import { nodesOf, tableName, textOf } from '../statements/tree.ts'

/** A column that stands beside the value. */
interface Beside {
  column: string
  /** Tables that it may be of. */
  of: RangeVar[]
  /** The value is a part of what stands beside it: of what type that is, nobody can tell. */
  isPart?: boolean
}

/** Names, and what has another type than the catalogue says: `table.column`, and types. */
interface Known {
  names: Names
  changed: ReadonlySet<string>
}

/**
 * Whether a statement uses the value as one of its type: it is cast to it, or stands for a column that has the type;
 * `perhaps`, where the column may be of another table that has it with another type. What a function's body does is not
 * seen.
 */
export async function usesValue(
  client: pg.Client,
  node: Node,
  { type, value }: NewValue,
  known: Known,
): Promise<'surely' | 'perhaps' | null> {
  const isValue = (one: Node | undefined): boolean =>
    one !== undefined && 'A_Const' in one && one.A_Const.sval?.sval === value
  if (isCast(node, isValue, type)) return 'surely'
  let uses: 'perhaps' | null = null
  for (const { column, of, isPart } of besides(node, isValue)) {
    const found = await columnsOf(client, type, of, column, known)
    if (found.typed > 0 && found.others === 0 && !isPart && !known.changed.has(type)) return 'surely'
    if (found.typed > 0) uses = 'perhaps'
  }
  return uses
}

const isCast = (node: Node, isValue: (one: Node | undefined) => boolean, type: string): boolean =>
  nodesOf([node], 'TypeCast').some(({ arg, typeName }) => isValue(arg) && nameOfType(typeName) === type) ||
  nodesOf([node], 'ColumnDef').some(
    ({ typeName, constraints }) =>
      nameOfType(typeName) === type &&
      nodesOf(constraints, 'Constraint').some(({ raw_expr }) => isValue(raw_expr)),
  )

/** Columns that a statement sets to a value or compares with it. */
function besides(node: Node, isValue: (one: Node | undefined) => boolean): Beside[] {
  const one = (
    column: string | undefined,
    relation: RangeVar | undefined,
    value: Node | undefined,
  ): Beside[] =>
    column !== undefined && relation && partsOf(value).some(isValue)
      ? [{ column, of: [relation], isPart: !isValue(value) }]
      : []
  const set = nodesOf([node], 'UpdateStmt').flatMap(({ targetList, relation }) =>
    nodesOf(targetList, 'ResTarget').flatMap(({ name, val }) => one(name, relation, val)),
  )
  const inserted = nodesOf([node], 'InsertStmt').flatMap(({ cols = [], selectStmt, relation }) =>
    nodesOf([selectStmt], 'SelectStmt')
      .flatMap(({ valuesLists = [], targetList = [] }) => [...valuesLists.map(itemsOf), targetList])
      .flatMap((row) => row.map((item, i) => [item, cols[i]] as const))
      .flatMap(([item, column]) =>
        nodesOf([column], 'ResTarget').flatMap(({ name }) =>
          one(name, relation, 'ResTarget' in item ? item.ResTarget.val : item),
        ),
      ),
  )
  const compared = nodesOf([node], 'A_Expr').flatMap(({ name = [], lexpr, rexpr }) => {
    const sides = comparing.test(textOf(name.at(-1))) ? [lexpr, rexpr] : []
    if (!sides.flatMap((side) => (side ? itemsOf(side) : [])).some(isValue)) return []
    // Of what a column is made to (its text) nothing is said.
    return sides.flatMap((side) => (side && 'ColumnRef' in side ? [side.ColumnRef] : []))
  })
  const altered = 'AlterTableStmt' in node ? node.AlterTableStmt : null
  const defaults = (altered?.cmds ?? [])
    .flatMap(commandIn)
    .filter(({ subtype }) => subtype === 'AT_ColumnDefault')
    .flatMap(({ name, def }) => one(name, altered?.relation, def))
  return [...set, ...inserted, ...defaults, ...compared.map(({ fields = [] }) => resolved(node, fields))]
}

const comparing = /^(=|<>|[<>]=?|(NOT )?BETWEEN( SYMMETRIC)?)$/

const itemsOf = (node: Node): Node[] =>
  'List' in node
    ? (node.List.items ?? [])
    : 'A_ArrayExpr' in node
      ? (node.A_ArrayExpr.elements ?? [])
      : [node]

/** An expression, and what it may come to where it chooses: CASE, coalesce, a cast of these. */
function partsOf(value: Node | undefined): Node[] {
  if (!value) return []
  if ('TypeCast' in value) return partsOf(value.TypeCast.arg)
  if ('CoalesceExpr' in value) return (value.CoalesceExpr.args ?? []).flatMap(partsOf)
  if (!('CaseExpr' in value)) return [value]
  const { args = [], defresult } = value.CaseExpr
  return [...nodesOf(args, 'CaseWhen').map(({ result }) => result), defresult].flatMap(partsOf)
}

/** `a.column` is one of the table or alias `a`; `column` may be one of any. */
function resolved(node: Node, fields: readonly Node[]): Beside {
  const [column = '', qualifier] = fields.map(textOf).toReversed()
  const relations = nodesOf([node], 'RangeVar')
  const of = relations.filter(({ alias, relname }) => (alias?.aliasname ?? relname) === qualifier)
  return { column, of: qualifier === undefined ? relations : of }
}

/** How many of these tables have the column with the type, and how many with another one, or one that nobody knows yet. */
async function columnsOf(
  client: pg.Client,
  type: string,
  relations: readonly RangeVar[],
  column: string,
  { names, changed }: Known,
): Promise<{ typed: number; others: number }> {
  const now = [...new Set(relations.map(tableName))]
  const isKnown = (table: string): boolean =>
    names.table(table) !== null && !changed.has(`${names.table(table)}.${names.column(table, column)}`)
  const known = now.filter(isKnown)
  const { rows } = await client.query<{ typed: number; others: number }>(
    `select (count(*) filter (where atttypid = wanted))::int as typed,
            (count(*) filter (where atttypid is distinct from wanted))::int as others
     from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::name[])) as named ("table", "column")
     join pg_catalog.pg_attribute on attrelid = pg_catalog.to_regclass("table") and attname = "column" and not attisdropped
     cross join pg_catalog.to_regtype($3) as wanted`,
    [known.map((table) => names.table(table)), known.map((table) => names.column(table, column)), type],
  )
  const { typed, others } = rows[0]!
  return { typed, others: others + now.length - known.length }
}
