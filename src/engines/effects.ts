import type { A_Const, AlterTableCmd, AlterTableStmt, ColumnDef, Node } from 'libpg-query'
import type { Given, Prepared } from '../domain/script.ts'
import { type Names, trackNames } from './names.ts'
import { droppedTables } from './tables.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'

/** What statements do to rows that exist. Tables and columns by the names that they have before the first statement. */
export interface Effects {
  adds: Prepared['adds']
  drops: { table: string; column: string | null }[]
  restores: Prepared['restores']
  /** What existing rows got in added columns, by the names after the last statement. */
  gave: { table: string; column: string; gives: Given }[]
  /** What is not there after the last statement, and what is NOT NULL then; by the names of then. */
  after: NonNullable<Prepared['after']>
}

/** What is read on the way to them. */
interface Reading extends Pick<Effects, 'adds' | 'drops' | 'restores'> {
  /** Columns that are there again: `table.column`, by the table's name before. */
  again: Set<string>
}

/** Reads the effects of statements in the order in which they run, those inside of DO blocks too. */
export function effectsOf(statements: Node[]): Effects {
  const effects: Reading = { adds: [], drops: [], restores: [], again: new Set() }
  const names = trackNames()
  for (const node of statements.flatMap(withInner)) {
    for (const dropped of droppedTables(node)) {
      const table = names.table(dropped)
      if (table !== null) effects.drops.push({ table, column: null })
    }
    if ('AlterTableStmt' in node) alter(effects, node.AlterTableStmt, names)
    if ('UpdateStmt' in node) forgetUpdated(effects, node, names)
    names.follow(node)
  }
  const gave = effects.adds.map(({ table, column, gives }) => ({ ...names.now(table, column), gives }))
  const { adds, drops, restores } = effects
  return { adds, drops, restores, gave, after: afterAll(effects, names) }
}

function afterAll({ drops, restores, again }: Reading, names: Names): Effects['after'] {
  const isGone = (table: string, column: string | null): boolean =>
    drops.some((one) => one.table === table && one.column === column)
  return {
    gone: drops.flatMap(({ table, column }): Effects['drops'] => {
      if (column === null) return names.isTaken(table) ? [] : [{ table, column }]
      return again.has(`${table}.${column}`) ? [] : [{ table: names.now(table, column).table, column }]
    }),
    notNull: restores
      .filter(
        ({ table, column }) =>
          !isGone(table, null) && (!isGone(table, column) || again.has(`${table}.${column}`)),
      )
      .map(({ table, column }) => names.now(table, column)),
  }
}

function alter(effects: Reading, { relation, cmds = [] }: AlterTableStmt, names: Names): void {
  if (!relation) return
  const written = tableName(relation)
  const table = names.table(written)
  if (table === null) return
  for (const { subtype, name = '', def } of cmds.flatMap(commandIn)) {
    const column = names.column(written, name)
    if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def) {
      const { colname = '', constraints = [] } = def.ColumnDef
      effects.again.add(`${table}.${colname}`)
      const gives = givenBy(def.ColumnDef)
      const notNull = nodesOf(constraints, 'Constraint').some(({ contype }) => contype === 'CONSTR_NOTNULL')
      if (gives) effects.adds.push({ table, column: colname, gives, notNull })
    } else if (subtype === 'AT_DropColumn') {
      effects.again.delete(`${table}.${column}`)
      const added = effects.adds.findIndex((one) => one.table === table && one.column === column)
      if (added === -1) effects.drops.push({ table, column })
      else effects.adds.splice(added, 1)
    } else if (subtype === 'AT_SetNotNull') {
      effects.restores.push({ table, column })
    } else if (subtype === 'AT_DropNotNull') {
      effects.restores = effects.restores.filter((one) => one.table !== table || one.column !== column)
    }
  }
}

export const commandIn = (node: Node): AlterTableCmd[] =>
  'AlterTableCmd' in node ? [node.AlterTableCmd] : []

/** A column that the migration fills itself has other values than its default, and nobody can tell which. */
function forgetUpdated(effects: Reading, node: Extract<Node, { UpdateStmt: unknown }>, names: Names): void {
  const { relation, targetList = [] } = node.UpdateStmt
  if (!relation) return
  const table = names.table(tableName(relation))
  const columns = new Set(targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget.name] : [])))
  effects.adds = effects.adds.map((one) =>
    one.table === table && columns.has(one.column) ? { ...one, gives: 'unknown' } : one,
  )
}

/** Types without an equality of their values: nothing can be compared with a default. */
const incomparable = new Set(['json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle'])
const sequenced = new Set(['smallserial', 'serial', 'bigserial', 'serial2', 'serial4', 'serial8'])

/** What existing rows get in an added column. Null: it is generated from others, so nothing is lost with it. */
export function givenBy({ constraints = [], typeName }: ColumnDef): Given | null {
  const all = constraints.flatMap((one) => ('Constraint' in one ? [one.Constraint] : []))
  if (all.some(({ contype }) => contype === 'CONSTR_GENERATED')) return null
  const type = textOf(typeName?.names?.at(-1))
  if (all.some(({ contype }) => contype === 'CONSTR_IDENTITY') || sequenced.has(type)) return 'unknown'
  const given = all.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr
  if (!given) return { value: null }
  const constant = constantOf(given)
  return constant && (constant.value === null || !incomparable.has(type)) ? constant : 'unknown'
}

/** The value of `5`, `'x'`, `DATE 'x'` or `'x'::date`, as text. */
function constantOf(node: Node): { value: string | null } | null {
  if ('TypeCast' in node && node.TypeCast.arg && !node.TypeCast.typeName?.arrayBounds) {
    return constantOf(node.TypeCast.arg)
  }
  return 'A_Const' in node ? { value: constantText(node.A_Const) } : null
}

/** Zero, false and the empty text are left out of the tree. */
function constantText({ ival, fval, boolval, sval, bsval, isnull }: A_Const): string | null {
  if (isnull) return null
  if (ival) return String(ival.ival ?? 0)
  if (fval) return fval.fval ?? '0'
  if (boolval) return boolval.boolval ? 'true' : 'false'
  return sval?.sval ?? bsval?.bsval ?? ''
}
