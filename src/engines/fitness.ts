import type { Node, VariableSetStmt } from 'libpg-query'
import type { UnfitReason } from '../domain/problem-noticed.ts'
import { insideDo, nodesOf, textOf, withInner } from './tree.ts'

/**
 * Whether PostgreSQL refuses a statement inside of a transaction. CREATE INDEX CONCURRENTLY and its kin wait for other
 * transactions in several of their own; the others act on more than one database or on files.
 */
export function needsNoTransaction(node: Node): boolean {
  if ('IndexStmt' in node) return node.IndexStmt.concurrent === true
  if ('DropStmt' in node) return node.DropStmt.concurrent === true
  if ('ReindexStmt' in node) {
    const { kind = 'REINDEX_OBJECT_INDEX', params = [] } = node.ReindexStmt
    return (
      isWhole.has(kind) || params.some((one) => 'DefElem' in one && one.DefElem.defname === 'concurrently')
    )
  }
  if ('VacuumStmt' in node) return node.VacuumStmt.is_vacuumcmd === true
  if ('ClusterStmt' in node) return node.ClusterStmt.relation === undefined
  if ('AlterTableStmt' in node) return nodesOf(node, 'PartitionCmd').some(({ concurrent }) => concurrent)
  return Object.keys(node).some((kind) => always.has(kind))
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
    if (nodesOf(each, 'FuncCall').some(setsSession)) return 'session-setting'
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

function unfitSetting({ kind, name = '', is_local = false }: VariableSetStmt): UnfitReason | null {
  // SET TRANSACTION comes after our lock on the history, which is too late for it.
  if (kind === 'VAR_SET_MULTI')
    return name === 'SESSION CHARACTERISTICS' ? 'session-setting' : 'transaction-control'
  return is_local && !guards.has(name) ? null : 'session-setting'
}

/** `set_config(name, value, false)`: a dump begins with one. */
function setsSession({ funcname = [], args = [] }: { funcname?: Node[]; args?: Node[] }): boolean {
  if (textOf(funcname.at(-1)) !== 'set_config') return false
  const [name, , local] = args
  const isLocal = local !== undefined && 'A_Const' in local && local.A_Const.boolval?.boolval === true
  const setting = name && 'A_Const' in name ? name.A_Const.sval?.sval : undefined
  return !isLocal || setting === undefined || guards.has(setting)
}
