import type { AlterTableType, Node, ObjectType } from 'libpg-query'
import { commandIn } from './effects.ts'
import { insideDo, nodesOf, textOf, withInner } from './tree.ts'

/**
 * Whether the rows that were there before a statement are the same after it, whatever triggers, views, partitions and
 * foreign keys there are. Of what is not known here nobody can tell: it is not.
 */
export const isInert = (node: Node): boolean => (isOpaque(node) ? false : withInner(node).every(isInertOne))

function isInertOne(node: Node): boolean {
  const [kind = ''] = Object.keys(node)
  if ('DoStmt' in node) return true
  if ('AlterTableStmt' in node)
    return (node.AlterTableStmt.cmds ?? [])
      .flatMap(commandIn)
      .every(({ subtype }) => subtype && inertCommands.has(subtype))
  if ('CreateStmt' in node) return !node.CreateStmt.partbound && !node.CreateStmt.inhRelations?.length
  if ('CreateSchemaStmt' in node) return !node.CreateSchemaStmt.schemaElts?.length
  if ('DropStmt' in node)
    return (
      droppedInertly.has(node.DropStmt.removeType ?? 'OBJECT_TABLE') &&
      node.DropStmt.behavior !== 'DROP_CASCADE'
    )
  // A CHECK of what its text was counts other rows.
  if ('AlterEnumStmt' in node) return node.AlterEnumStmt.oldVal === undefined
  if ('SelectStmt' in node)
    return !node.SelectStmt.intoClause && nodesOf(node, 'FuncCall').every(isHarmless) && !writes(node)
  return inertKinds.has(kind)
}

const writes = (node: Node): boolean =>
  (['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const).some(
    (kind) => nodesOf([node], kind).length > 0,
  )

const inertKinds = new Set([
  'AlterOwnerStmt',
  'AlterSeqStmt',
  'CommentStmt',
  'CompositeTypeStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreateExtensionStmt',
  'CreateFunctionStmt',
  'CreatePolicyStmt',
  'CreateSeqStmt',
  'CreateStatsStmt',
  'CreateTrigStmt',
  'GrantStmt',
  'IndexStmt',
  'LockStmt',
  'TransactionStmt',
  'VacuumStmt',
  'VariableSetStmt',
  'ViewStmt',
])

const inertCommands = new Set<AlterTableType>([
  'AT_AddColumn',
  'AT_AddConstraint',
  'AT_AddIdentity',
  'AT_ChangeOwner',
  'AT_ColumnDefault',
  'AT_DropConstraint',
  'AT_DropIdentity',
  'AT_DropNotNull',
  'AT_SetNotNull',
  'AT_SetStatistics',
  'AT_ValidateConstraint',
])

const droppedInertly = new Set<ObjectType>([
  'OBJECT_FUNCTION',
  'OBJECT_INDEX',
  'OBJECT_POLICY',
  'OBJECT_PROCEDURE',
  'OBJECT_TRIGGER',
  'OBJECT_VIEW',
])

/** Functions that EF and dumps call, and that write to no table. */
const harmless = new Set(['setval', 'nextval', 'pg_get_serial_sequence', 'max', 'set_config'])

const isHarmless = ({ funcname }: { funcname?: Node[] }): boolean => harmless.has(textOf(funcname?.at(-1)))

/** Whether a statement runs what is not read: a function or procedure, or SQL that a DO block puts together. */
export const runsUnread = (node: Node): boolean =>
  isOpaque(node) ||
  'CallStmt' in node ||
  ('SelectStmt' in node && !nodesOf(node, 'FuncCall').every(isHarmless))

/** A DO block that does more than conditions and plain statements: what it puts together, calls or assigns is not seen. */
const isOpaque = (node: Node): boolean =>
  'DoStmt' in node && (!insideDo(node.DoStmt).isWhole || hidden.test(JSON.stringify(node.DoStmt.args)))

const hidden = /\b(?:execute|call|perform)\b|:=/i
