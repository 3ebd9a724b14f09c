import type { FuncCall, Node, VariableSetStmt } from 'libpg-query'
import type { UnfitReason } from '../../domain/problem-noticed.ts'
import { defaultSchema, insideDo, nodesOf, textOf, withInner } from './tree.ts'

/**
 * Whether PostgreSQL refuses a statement inside of a transaction. CREATE INDEX CONCURRENTLY and its kin wait for other
 * transactions in several of their own; the others act on more than one database or on files.
 */
export function needsNoTransaction(node: Node): boolean {
  if (isConcurrent(node)) return true
  if ('ReindexStmt' in node) return isWhole.has(node.ReindexStmt.kind ?? 'REINDEX_OBJECT_INDEX')
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined
  return Object.keys(node).some((kind) => always.has(kind))
}

/** CONCURRENTLY: it waits for others while they go on, and a part of it stays where its wait is ended. */
export function isConcurrent(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true
  if ('DropStmt' in node) return node.DropStmt.concurrent === true
  if ('ReindexStmt' in node)
    return (node.ReindexStmt.params ?? []).some(
      (one) => 'DefElem' in one && one.DefElem.defname === 'concurrently',
    )
  return 'AlterTableStmt' in node && nodesOf(node, 'PartitionCmd').some(({ concurrent }) => concurrent)
}

const isWhole = new Set(['REINDEX_OBJECT_SCHEMA', 'REINDEX_OBJECT_SYSTEM', 'REINDEX_OBJECT_DATABASE'])

const always = new Set([
  'CreatedbStmt',
  'DropdbStmt',
  'AlterSystemStmt',
  'CreateTableSpaceStmt',
  'DropTableSpaceStmt',
  'CreateSubscriptionStmt',
  'DropSubscriptionStmt',
])

/**
 * Why a statement cannot be part of a migration that is run as reviewed, or null. What it changes must end with its
 * transaction, and the transaction is ours to end.
 */
export function unfitness(node: Node): UnfitReason | null {
  if ('CopyStmt' in node && node.CopyStmt.filename === undefined) return 'copy-from-stdin'
  if ('DoStmt' in node && insideDo(node.DoStmt).ends !== 'never') return 'transaction-control'
  for (const each of withInner(node)) {
    if ('DiscardStmt' in each) return 'session-setting'
    if ('VariableSetStmt' in each) {
      const reason = unfitSetting(each.VariableSetStmt)
      if (reason) return reason
    }
    for (const call of nodesOf(each, 'FuncCall')) {
      const reason = unfitCall(call)
      if (reason) return reason
    }
  }
  return null
}

/** Our own guards. Even for one transaction they are not the migration's to change. */
const guards = new Set([
  'application_name',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'session_authorization',
  'statement_timeout',
  'transaction_timeout',
])

function unfitSetting({ kind, name = '', args = [], is_local = false }: VariableSetStmt): UnfitReason | null {
  // SET TRANSACTION comes after our lock on the history, which is too late for it.
  if (kind === 'VAR_SET_MULTI')
    return name === 'SESSION CHARACTERISTICS' ? 'session-setting' : 'transaction-control'
  if (name === 'search_path' && !args.map(textIn).every(isOurPath)) return 'search-path'
  return is_local && !guards.has(name) ? null : 'session-setting'
}

/** `set_config(name, value, false)`: a dump begins with one. */
function unfitCall({ funcname = [], args = [] }: FuncCall): UnfitReason | null {
  if (textOf(funcname.at(-1)) !== 'set_config') return null
  const [setting, value, local] = args.map((arg) => ('A_Const' in arg ? arg.A_Const : undefined))
  const name = setting?.sval?.sval
  const path = value?.sval?.sval?.split(',').map((one) => one.trim())
  if (name === 'search_path' && !path?.every(isOurPath)) return 'search-path'
  return name === undefined || !local?.boolval?.boolval || guards.has(name) ? 'session-setting' : null
}

const textIn = (node: Node): string | undefined =>
  'A_Const' in node ? (node.A_Const.sval?.sval ?? '') : undefined

/** With these a name without a schema means what it is read as, or nothing: the whole plan reads it so. */
const isOurPath = (schema: string | undefined): boolean =>
  schema === '' || schema === 'pg_catalog' || schema === defaultSchema
