import type {
  A_Const,
  AlterTableCmd,
  AlterTableStmt,
  ColumnDef,
  Node,
  ObjectType,
  RangeVar,
  TypeCast,
  UpdateStmt,
} from 'libpg-query'
import type { Dropped, Given, Prepared } from '../../domain/script.ts'
import { madeBy, type Names, trackNames } from './names.ts'
import { droppedTables } from './tables.ts'
import { nodesOf, tableName, textOf, withInner } from './tree.ts'

/** What statements do to rows that exist. Tables and columns by the names that they have before the first statement. */
export interface Effects {
  adds: Prepared['adds']
  drops: Dropped[]
  restores: Prepared['restores']
  /** What existing rows got in added columns, by the names after the last statement. */
  gave: { table: string; column: string; gives: Given }[]
  /** What is not there after the last statement, and what is NOT NULL then; by the names of then. */
  after: NonNullable<Prepared['after']>
}

/** What is read on the way to them. */
interface Reading extends Pick<Effects, 'adds' | 'drops'> {
  /** `given`: what an earlier statement writes into rows without a value; null: nothing does. `made`: by the statements. */
  notNull: { table: string; column: string; given: Given | null; made: boolean; maybe?: true }[]
  /** Tables, and columns as `table.column`, that the statements make unless they are there. */
  unsure: Set<string>
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
    notNull: [],
    unsure: new Set(),
    written: new Map(),
    referring: new Set(),
  }
  const names = trackNames()
  for (const { node, maybe } of statements.flatMap(eachOf)) {
    for (const dropped of droppedTables(node)) {
      const table = names.table(dropped)
      const mayMiss = maybe || ('DropStmt' in node && node.DropStmt.missing_ok === true)
      if (table !== null)
        effects.drops.push({ table, column: null, ...ifMaybe(mayMiss || effects.unsure.has(table)) })
    }
    if ('AlterTableStmt' in node) alter(effects, node.AlterTableStmt, names, maybe)
    for (const update of updatesIn(node)) noteUpdated(effects, update, names)
    for (const { relation, columns } of writtenOver(node)) {
      const now = tableName(relation)
      forget(effects, names.table(now) ?? now, new Set(columns.map((name) => names.added(now, name) ?? name)))
    }
    names.follow(node, maybe)
    for (const made of madeBy(node)) if (names.table(made) !== null) effects.unsure.add(made)
  }
  const gave = effects.adds.map(({ table, column, gives }) => ({ ...names.nowAdded(table, column), gives }))
  const { adds, drops } = effects
  return { adds, drops, restores: restoresOf(effects), gave, after: afterAll(effects, names) }
}

/** Whether types or collations of its own go with what statements drop. */
export const dropsTypes = (statements: readonly Node[]): boolean =>
  statements
    .flatMap(withInner)
    .some(
      (node) => 'DropOwnedStmt' in node || ('DropStmt' in node && holdsTypes.has(node.DropStmt.removeType)),
    )

const holdsTypes = new Set<ObjectType | undefined>([
  'OBJECT_COLLATION',
  'OBJECT_DOMAIN',
  'OBJECT_EXTENSION',
  'OBJECT_SCHEMA',
  'OBJECT_TYPE',
])

/** What stands inside of a DO block may be skipped. */
const eachOf = (statement: Node): { node: Node; maybe: boolean }[] =>
  withInner(statement).map((node) => ({ node, maybe: node !== statement }))

/**
 * Rows without a value to which the statements give one stand in nobody's way, and those that they leave out the server
 * refuses. A foreign key may refuse the value: one that the statements make does so, as far as anybody can tell here.
 */
const restoresOf = ({ notNull, referring }: Reading): Effects['restores'] =>
  notNull.flatMap(({ given, made, ...one }): Effects['restores'] => {
    if (made) return []
    if (given === null || referring.has(`${one.table}.${one.column}`)) return [one]
    return given === 'unknown' || given.value === null ? [] : [{ ...one, gets: given.value }]
  })

const ifMaybe = (maybe: boolean): { maybe?: true } => (maybe ? { maybe } : {})

function afterAll({ drops, notNull }: Reading, names: Names): Effects['after'] {
  const isDropped = (table: string, column: string | null): boolean =>
    drops.some((one) => one.table === table && one.column === column)
  return {
    gone: drops.flatMap(({ table, column }): Effects['after']['gone'] => {
      if (column === null) return names.isTaken(table) ? [] : [{ table, column }]
      return names.isColumnTaken(table, column) ? [] : [{ table: names.now(table, column).table, column }]
    }),
    notNull: notNull
      .filter(({ table, column, made }) => !isDropped(table, null) && (made || !isDropped(table, column)))
      .map(({ table, column, made }) => (made ? names.nowAdded(table, column) : names.now(table, column))),
  }
}

function alter(
  effects: Reading,
  { relation, cmds = [], missing_ok: ifExists = false }: AlterTableStmt,
  names: Names,
  inDo: boolean,
): void {
  if (!relation) return
  const written = tableName(relation)
  const table = names.table(written)
  if (table === null) return
  const commands = cmds.flatMap(commandIn)
  // Those of the same statement are made before it is done with the rest.
  const made = new Set(commands.filter(isNew).map(({ def }) => columnIn(def)))
  for (const { subtype, name = '', def, missing_ok: ifThere = false } of commands) {
    const isMade = made.has(name) || names.column(written, name) === null
    const column = names.column(written, name) ?? names.added(written, name) ?? name
    const isUnsure = effects.unsure.has(table) || effects.unsure.has(`${table}.${column}`)
    const maybe = ifMaybe(inDo || ifExists || ifThere || isUnsure)
    const isOther = (one: Reading['notNull'][number]): boolean =>
      one.table !== table || one.column !== column || one.made !== isMade
    if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def) {
      const { colname = '', constraints = [] } = def.ColumnDef
      const gives = givenBy(def.ColumnDef)
      const notNull = nodesOf(constraints, 'Constraint').some(({ contype }) => contype === 'CONSTR_NOTNULL')
      if (gives) effects.adds.push({ table, column: colname, gives, notNull })
      if (inDo || ifThere) effects.unsure.add(`${table}.${colname}`)
    } else if (subtype === 'AT_DropColumn') {
      drop(effects, { table, column, ...maybe }, names.column(written, name) === null)
    } else if (subtype === 'AT_AlterColumnType') {
      forget(effects, table, new Set([names.added(written, name) ?? name]))
    } else if (subtype === 'AT_SetNotNull') {
      const given = effects.written.get(`${table}.${column}`) ?? null
      effects.notNull.push({ table, column, given, made: isMade, ...maybe })
    } else if (subtype === 'AT_DropNotNull') {
      effects.notNull = effects.notNull.filter(isOther)
    } else if (subtype === 'AT_AddConstraint') {
      for (const key of nodesOf([def], 'Constraint').flatMap(({ fk_attrs = [] }) => fk_attrs))
        effects.referring.add(`${table}.${names.column(written, textOf(key))}`)
    }
  }
}

/** A column that the statements have made themselves is no loss. */
function drop(effects: Reading, dropped: Dropped, made: boolean): void {
  const { table, column } = dropped
  if (!made) return void effects.drops.push(dropped)
  const isIt = (one: { table: string; column: string }) => one.table === table && one.column === column
  effects.adds = effects.adds.filter((one) => !isIt(one))
  effects.notNull = effects.notNull.filter((one) => !isIt(one) || !one.made)
}

const isNew = ({ subtype, missing_ok: isKept }: AlterTableCmd): boolean =>
  subtype === 'AT_AddColumn' && !isKept

const columnIn = (def: Node | undefined): string =>
  def && 'ColumnDef' in def ? (def.ColumnDef.colname ?? '') : ''

export const commandIn = (node: Node): AlterTableCmd[] =>
  'AlterTableCmd' in node ? [node.AlterTableCmd] : []

/** A statement and those of its WITH: nowhere else may one stand that writes. Rows of a seed are not gone through. */
export const withCommon = (node: Node): Node[] => {
  const [statement] = Object.values<object>(node)
  const common = statement && 'withClause' in statement ? statement.withClause : null
  return [node, ...nodesOf(common, 'CommonTableExpr').flatMap(({ ctequery }) => ctequery ?? [])]
}

export const updatesIn = (node: Node): UpdateStmt[] =>
  withCommon(node).flatMap((one) => ('UpdateStmt' in one ? [one.UpdateStmt] : []))

/** Columns that ON CONFLICT DO UPDATE or MERGE writes to, of whatever rows. */
const writtenOver = (node: Node): { relation: RangeVar; columns: string[] }[] =>
  withCommon(node).flatMap((one) => {
    const [relation, does] =
      'MergeStmt' in one
        ? [one.MergeStmt.relation, one.MergeStmt.mergeWhenClauses]
        : 'InsertStmt' in one
          ? [one.InsertStmt.relation, [one.InsertStmt.onConflictClause?.targetList]]
          : []
    const columns = nodesOf(does, 'ResTarget').map(({ name = '' }) => name)
    return relation && columns.length > 0 ? [{ relation, columns }] : []
  })

/** A column that the migration fills itself has other values than its default, and nobody can tell which. */
function noteUpdated(effects: Reading, update: UpdateStmt, names: Names): void {
  const { relation, targetList = [] } = update
  if (!relation) return
  const now = tableName(relation)
  const table = names.table(now)
  if (table === null) return
  const set = targetList.flatMap((one) => ('ResTarget' in one ? [one.ResTarget] : []))
  for (const { name = '', val } of set) {
    const column = names.column(now, name)
    if (column === null) continue
    const key = `${table}.${column}`
    const fills = !update.whereClause || isMissing(update.whereClause, name)
    if (fills) effects.written.set(key, (val && constantOf(val)) ?? 'unknown')
    else if (!effects.written.has(key)) effects.written.set(key, 'unknown')
  }
  const columns = new Set(set.map(({ name = '' }) => names.added(now, name) ?? name))
  forget(effects, table, columns)
}

/** Nobody can tell what rows have in these columns now. */
function forget(effects: Reading, table: string, columns: ReadonlySet<string>): void {
  effects.adds = effects.adds.map((one) =>
    one.table === table && columns.has(one.column) ? { ...one, gives: 'unknown' } : one,
  )
}

/** `column IS NULL`, and nothing besides. */
export const isMissing = (where: Node, column: string): boolean =>
  'NullTest' in where &&
  where.NullTest.nulltesttype === 'IS_NULL' &&
  textOf(nodesOf([where.NullTest.arg], 'ColumnRef')[0]?.fields?.at(-1)) === column

/**
 * Types of the server's own whose values are compared as values: 0 and 0.00 are one. Operators of others are looked for in
 * a search_path, which a plan and a run have different ones of, or are not there at all (json, jsonpath).
 */
const comparable = new Set(
  [
    'bool int2 int4 int8 oid float4 float8 numeric money text varchar bpchar char name uuid bytea bit varbit',
    'date time timetz timestamp timestamptz interval jsonb inet cidr macaddr macaddr8',
  ].flatMap((names) => names.split(' ')),
)
const sequenced = new Set(['smallserial', 'serial', 'bigserial', 'serial2', 'serial4', 'serial8'])

/** What existing rows get in an added column. Null: it is generated from others, so nothing is lost with it. */
export function givenBy({ constraints = [], typeName, collClause }: ColumnDef): Given | null {
  const all = constraints.flatMap((one) => ('Constraint' in one ? [one.Constraint] : []))
  if (all.some(({ contype }) => contype === 'CONSTR_GENERATED')) return null
  const [type = '', schema = 'pg_catalog'] = (typeName?.names ?? []).map(textOf).toReversed()
  if (all.some(({ contype }) => contype === 'CONSTR_IDENTITY') || sequenced.has(type)) return 'unknown'
  const given = all.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr
  if (!given) return { value: null }
  const constant = nodesOf([given], 'TypeCast').every((cast) => isOf(cast, type)) ? constantOf(given) : null
  if (!constant || constant.value === null) return constant ?? 'unknown'
  const isOwn = schema === 'pg_catalog' && comparable.has(type) && !collClause
  return isOwn ? constant : { ...constant, asText: true }
}

/** A cast to another type or a limit makes another value of it. */
const isOf = ({ typeName }: TypeCast, type: string): boolean => {
  const to = textOf(typeName?.names?.at(-1))
  return !typeName?.typmods?.length && (to === type || (to === 'text' && type === 'varchar'))
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
