import type { A_Const, AlterTableCmd, AlterTableStmt, ColumnDef, Node, UpdateStmt } from 'libpg-query'
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
interface Reading extends Pick<Effects, 'adds' | 'drops'> {
  /** Columns that are there again: `table.column`, by the table's name before. */
  again: Set<string>
  /** `given`: what an earlier statement writes into rows without a value; null: nothing does. */
  notNull: { table: string; column: string; given: Given | null }[]
  /** What statements write into columns: `table.column`, by the names before. */
  written: Map<string, Given>
  /** Columns that get a foreign key. */
  referring: Set<string>
}

/** Reads the effects of statements in the order in which they run, those inside of DO blocks too. */
export function effectsOf(statements: Node[]): Effects {
  const effects: Reading = {
    adds: [],
    drops: [],
    again: new Set(),
    notNull: [],
    written: new Map(),
    referring: new Set(),
  }
  const names = trackNames()
  for (const node of statements.flatMap(withInner)) {
    for (const dropped of droppedTables(node)) {
      const table = names.table(dropped)
      if (table !== null) effects.drops.push({ table, column: null })
    }
    if ('AlterTableStmt' in node) alter(effects, node.AlterTableStmt, names)
    for (const update of nodesOf(node, 'UpdateStmt')) noteUpdated(effects, update, names)
    names.follow(node)
  }
  const gave = effects.adds.map(({ table, column, gives }) => ({ ...names.now(table, column), gives }))
  const { adds, drops } = effects
  return { adds, drops, restores: restoresOf(effects), gave, after: afterAll(effects, names) }
}

/**
 * Rows without a value to which the statements give one stand in nobody's way, and those that they leave out the server
 * refuses. A foreign key may refuse the value: one that the statements make does so, as far as anybody can tell here.
 */
const restoresOf = ({ notNull, referring }: Reading): Effects['restores'] =>
  notNull.flatMap(({ table, column, given }): Effects['restores'] => {
    if (given === null || referring.has(`${table}.${column}`)) return [{ table, column }]
    return given === 'unknown' || given.value === null ? [] : [{ table, column, gets: given.value }]
  })

function afterAll({ drops, notNull, again }: Reading, names: Names): Effects['after'] {
  const isGone = (table: string, column: string | null): boolean =>
    drops.some((one) => one.table === table && one.column === column)
  return {
    gone: drops.flatMap(({ table, column }): Effects['drops'] => {
      if (column === null) return names.isTaken(table) ? [] : [{ table, column }]
      return again.has(`${table}.${column}`) ? [] : [{ table: names.now(table, column).table, column }]
    }),
    notNull: notNull
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
      effects.notNull.push({ table, column, given: effects.written.get(`${table}.${column}`) ?? null })
    } else if (subtype === 'AT_DropNotNull') {
      effects.notNull = effects.notNull.filter((one) => one.table !== table || one.column !== column)
    } else if (subtype === 'AT_AddConstraint') {
      for (const key of nodesOf([def], 'Constraint').flatMap(({ fk_attrs = [] }) => fk_attrs))
        effects.referring.add(`${table}.${names.column(written, textOf(key))}`)
    }
  }
}

export const commandIn = (node: Node): AlterTableCmd[] =>
  'AlterTableCmd' in node ? [node.AlterTableCmd] : []

/** A column that the migration fills itself has other values than its default, and nobody can tell which. */
function noteUpdated(effects: Reading, update: UpdateStmt, names: Names): void {
  const { relation, targetList = [] } = update
  if (!relation) return
  const now = tableName(relation)
  const table = names.table(now)
  if (table === null) return
  const set = targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget] : []))
  for (const { name = '', val } of set) {
    const key = `${table}.${names.column(now, name)}`
    const fills = !update.whereClause || isMissing(update.whereClause, name)
    if (fills) effects.written.set(key, (val && constantOf(val)) ?? 'unknown')
    else if (!effects.written.has(key)) effects.written.set(key, 'unknown')
  }
  const columns = new Set(set.map(({ name }) => name))
  effects.adds = effects.adds.map((one) =>
    one.table === table && columns.has(one.column) ? { ...one, gives: 'unknown' } : one,
  )
}

/** `column IS NULL`, and nothing besides. */
const isMissing = (where: Node, column: string): boolean =>
  'NullTest' in where &&
  where.NullTest.nulltesttype === 'IS_NULL' &&
  textOf(nodesOf([where.NullTest.arg], 'ColumnRef')[0]?.fields?.at(-1)) === column

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
