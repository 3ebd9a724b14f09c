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
  names: Names,
): Promise<'surely' | 'perhaps' | null> {
  const isValue = (one: Node | undefined): boolean =>
    one !== undefined && 'A_Const' in one && one.A_Const.sval?.sval === value
  if (isCast(node, isValue, type)) return 'surely'
  let uses: 'perhaps' | null = null
  for (const { column, of } of besides(node, isValue)) {
    const found = await columnsOf(client, type, of, column, names)
    if (found.typed > 0 && found.others === 0) return 'surely'
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
  const one = (column: string | undefined, relation: RangeVar | undefined): Beside[] =>
    column === undefined || !relation ? [] : [{ column, of: [relation] }]
  const set = nodesOf([node], 'UpdateStmt').flatMap(({ targetList, relation }) =>
    nodesOf(targetList, 'ResTarget')
      .filter(({ val }) => isValue(val))
      .flatMap(({ name }) => one(name, relation)),
  )
  const inserted = nodesOf([node], 'InsertStmt').flatMap(({ cols = [], selectStmt, relation }) =>
    nodesOf([selectStmt], 'SelectStmt')
      .flatMap(({ valuesLists = [] }) => valuesLists)
      .flatMap((row) =>
        ('List' in row ? (row.List.items ?? []) : []).map((item, i) => [item, cols[i]] as const),
      )
      .flatMap(([item, column]) => (isValue(item) ? nodesOf([column], 'ResTarget') : []))
      .flatMap(({ name }) => one(name, relation)),
  )
  const compared = nodesOf([node], 'A_Expr').flatMap(({ lexpr, rexpr }) => {
    const values = rexpr && 'List' in rexpr ? (rexpr.List.items ?? []) : [rexpr]
    return values.some(isValue) ? nodesOf([lexpr], 'ColumnRef') : []
  })
  const altered = 'AlterTableStmt' in node ? node.AlterTableStmt : null
  const defaults = (altered?.cmds ?? [])
    .flatMap(commandIn)
    .filter(({ subtype, def }) => subtype === 'AT_ColumnDefault' && isValue(def))
    .flatMap(({ name }) => one(name, altered?.relation))
  return [...set, ...inserted, ...defaults, ...compared.map(({ fields = [] }) => resolved(node, fields))]
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
  names: Names,
): Promise<{ typed: number; others: number }> {
  const now = [...new Set(relations.map(tableName))]
  const known = now.filter((table) => names.table(table) !== null)
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
