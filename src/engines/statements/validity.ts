import type { Node } from 'libpg-query'
import { type Prepared, statementsOf } from '../../domain/script.ts'
import { commandIn } from './effects.ts'
import { type Names, trackNames } from './names.ts'
import { parseInner } from './sql-parse.ts'
import { nodesOf, tableName, withInner } from './tree.ts'

/** What a move does to the validity of constraints and indexes. Tables by the names after its last statement. */
export interface Validity {
  /** The name that a table had before. */
  tableBefore(table: string): string
  /** The name that a constraint of it had before. */
  nameBefore(table: string, name: string): string
  /** The move makes it not valid on purpose, and leaves it so. */
  leaves(table: string, name: string): boolean
  /** The move makes or validates it: afterwards it is to be valid. */
  makes(table: string, name: string): boolean
}

/** Null: nothing was moved. */
export function validityAfter(prepared: Prepared | null): Validity {
  const names = trackNames()
  const marks: Marks = { left: new Set(), made: new Set(), renamed: new Map() }
  for (const { units } of prepared?.scripts ?? [])
    for (const { text } of units.flatMap(statementsOf).filter(({ from }) => from === 'file'))
      for (const node of parseInner(text).flatMap(withInner)) {
        note(marks, node, names)
        names.follow(node)
      }
  const before = (table: string): string => names.table(table) ?? table
  const { left, made, renamed } = marks
  return {
    tableBefore: before,
    nameBefore: (table, name) => renamed.get(keyOf(before(table), name)) ?? name,
    leaves: (table, name) => left.has(keyOf(before(table), name)) || hasUnnamed(marks, before(table), name),
    makes: (table, name) => made.has(keyOf(before(table), name)),
  }
}

/** Keys of constraints and indexes, on tables by their first names. */
interface Marks {
  left: Set<string>
  made: Set<string>
  /** From what they are called now to the name of before. */
  renamed: Map<string, string>
}

const keyOf = (table: string, name: string): string => JSON.stringify([table, name])

/** The server names it: of those on that table nobody can tell which. */
const unnamed = ''

const hasUnnamed = ({ left, made }: Marks, table: string, name: string): boolean =>
  left.has(keyOf(table, unnamed)) && !made.has(keyOf(table, name))

function note({ left, made, renamed }: Marks, node: Node, names: Names): void {
  const mark = (relation: Parameters<typeof tableName>[0], name = unnamed, isLeft: boolean): void => {
    const key = keyOf(first(relation), name)
    const [is, isNot] = isLeft ? [left, made] : [made, left]
    is.add(key)
    isNot.delete(key)
  }
  const first = (relation: Parameters<typeof tableName>[0]): string => {
    const now = tableName(relation)
    return names.table(now) ?? now
  }
  // ON ONLY a partitioned table: it becomes valid with the last index that is attached.
  if ('IndexStmt' in node && node.IndexStmt.relation)
    mark(node.IndexStmt.relation, node.IndexStmt.idxname, !node.IndexStmt.relation.inh)
  if ('RenameStmt' in node && node.RenameStmt.renameType === 'OBJECT_TABCONSTRAINT') {
    const { relation = {}, subname = '', newname = '' } = node.RenameStmt
    const [was, now] = [keyOf(first(relation), subname), keyOf(first(relation), newname)]
    for (const keys of [left, made]) if (keys.delete(was)) keys.add(now)
    renamed.set(now, renamed.get(was) ?? subname)
  }
  if (!('AlterTableStmt' in node) || !node.AlterTableStmt.relation) return
  const { relation, cmds = [] } = node.AlterTableStmt
  for (const { subtype, name, def } of cmds.flatMap(commandIn)) {
    if (subtype === 'AT_ValidateConstraint') mark(relation, name, false)
    if (subtype === 'AT_AddConstraint')
      for (const { conname, skip_validation = false } of nodesOf([def], 'Constraint'))
        if (conname !== undefined || skip_validation) mark(relation, conname, skip_validation)
  }
}
