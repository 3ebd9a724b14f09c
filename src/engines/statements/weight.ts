import type { AlterTableCmd, AlterTableStmt, Constraint, Node, TypeName } from 'libpg-query'
import { commandIn } from './effects.ts'
import { quoteName } from './sql-parse.ts'
import { nodesOf, tableName, textOf } from './tree.ts'

/** What a statement does to every row of a table, while it holds a lock that stops others. */
export interface Weight {
  table: string
  does: 'rewrites' | 'scans'
  /** What only the catalogue knows: without it the weight does not hold. */
  when?: When
}

export type When =
  /** The column's type is one that the new one cannot take over as it stands. Null: the statement converts it itself. */
  | { column: string; becomes: string | null }
  /** One of these functions is volatile. */
  | { volatile: string[] }
  /** No valid CHECK says already that the column is not null. */
  | { notNull: string }

/** The weights of one statement. Concurrent index builds stop nobody and have none. */
export function weightsOf(node: Node): Weight[] {
  if ('AlterTableStmt' in node && node.AlterTableStmt.objtype === 'OBJECT_TABLE')
    return alters(node.AlterTableStmt)
  if ('IndexStmt' in node && node.IndexStmt.relation && !node.IndexStmt.concurrent) {
    return [{ table: tableName(node.IndexStmt.relation), does: 'scans' }]
  }
  if ('ClusterStmt' in node && node.ClusterStmt.relation) {
    return [{ table: tableName(node.ClusterStmt.relation), does: 'rewrites' }]
  }
  if ('VacuumStmt' in node && isFull(node)) {
    return nodesOf(node, 'RangeVar').map((relation) => ({ table: tableName(relation), does: 'rewrites' }))
  }
  return []
}

const isFull = (node: Node): boolean => nodesOf(node, 'DefElem').some(({ defname }) => defname === 'full')

function alters({ relation, cmds = [] }: AlterTableStmt): Weight[] {
  if (!relation) return []
  const table = tableName(relation)
  return cmds.flatMap(commandIn).flatMap((command) => weighs(command).map((weight) => ({ table, ...weight })))
}

type Weighs = Omit<Weight, 'table'>

/** Other forms of ALTER TABLE that write every row anew. */
const rewriting = new Set<string | undefined>([
  'AT_SetLogged',
  'AT_SetUnLogged',
  'AT_SetTableSpace',
  'AT_SetAccessMethod',
])

function weighs({ subtype, name = '', def }: AlterTableCmd): Weighs[] {
  if (rewriting.has(subtype)) return [{ does: 'rewrites' }]
  if (subtype === 'AT_AddColumn' && def) return addsColumn(def)
  if (subtype === 'AT_SetNotNull') return [{ does: 'scans', when: { notNull: name } }]
  if (subtype === 'AT_AddConstraint') {
    return nodesOf([def], 'Constraint')
      .filter(readsRows)
      .map(() => ({ does: 'scans' }))
  }
  if (subtype !== 'AT_AlterColumnType') return []
  const column = def && 'ColumnDef' in def ? def.ColumnDef : undefined
  const becomes = column?.raw_default ? null : typeText(column?.typeName)
  return [{ does: 'rewrites', when: { column: name, becomes } }]
}

/** A default that is the same for all rows is kept in the catalogue; one that is not is written into each of them. */
function addsColumn(def: Node): Weighs[] {
  const constraints = nodesOf([def], 'Constraint')
  const type = 'ColumnDef' in def ? textOf(def.ColumnDef.typeName?.names?.at(-1)) : ''
  const byRow = constraints.some(
    ({ contype }) => contype === 'CONSTR_GENERATED' || contype === 'CONSTR_IDENTITY',
  )
  if (byRow || type.endsWith('serial')) return [{ does: 'rewrites' }]
  const called = constraints
    .filter(({ contype }) => contype === 'CONSTR_DEFAULT')
    .flatMap(({ raw_expr }) =>
      nodesOf([raw_expr], 'FuncCall').map(({ funcname }) => textOf(funcname?.at(-1))),
    )
  return [
    ...(called.length ? [{ does: 'rewrites', when: { volatile: called } } as const] : []),
    ...(constraints.some(readsRows) ? [{ does: 'scans' } as const] : []),
  ]
}

/** NOT VALID, and an index that is there already, are taken without looking. */
const readsRows = ({ contype, skip_validation, indexname }: Constraint): boolean => {
  if (contype === 'CONSTR_CHECK' || contype === 'CONSTR_FOREIGN') return !skip_validation
  return (
    (contype === 'CONSTR_UNIQUE' || contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_EXCLUSION') &&
    !indexname
  )
}

/** A type as SQL, e.g. `pg_catalog.varchar(50)`. Null where it is more than that. */
export function typeText(type: TypeName | undefined): string | null {
  if (!type?.names) return null
  const modifiers = (type.typmods ?? []).map((one) =>
    'A_Const' in one ? String(one.A_Const.ival?.ival ?? 0) : null,
  )
  if (modifiers.includes(null)) return null
  const name = type.names.map((one) => quoteName(textOf(one))).join('.')
  return name + (modifiers.length ? `(${modifiers.join(', ')})` : '') + (type.arrayBounds ? '[]' : '')
}
