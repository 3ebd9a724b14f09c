import type { Node } from 'libpg-query'
import { type Prepared, statementsOf } from '../../domain/script.ts'
import { commandOf, parseInner } from './sql-parse.ts'
import { nodesOf, tableName, withInner } from './tree.ts'

/** Statements that make something which belongs to whoever runs them. An index belongs to its table's owner. */
const making = new Set([
  'CompositeTypeStmt',
  'CreateDomainStmt',
  'CreateEnumStmt',
  'CreateExtensionStmt',
  'CreateForeignTableStmt',
  'CreateFunctionStmt',
  'CreateRangeStmt',
  'CreateSchemaStmt',
  'CreateSeqStmt',
  'CreateStatsStmt',
  'CreateStmt',
  'CreateTableAsStmt',
  'DefineStmt',
  'ViewStmt',
])

const isTemporary = (node: Node): boolean =>
  nodesOf(node, 'RangeVar').some(({ relpersistence }) => relpersistence === 't')

/**
 * Commands of a move that make something which belongs to the role that runs them, e.g. `CREATE TABLE`, each once. Those
 * of a script that says itself whose it shall be (SET LOCAL ROLE, OWNER TO) are left out.
 */
export function makesObjects({ scripts }: Prepared): string[] {
  const commands = scripts.flatMap(({ units }) => {
    const written = units.flatMap(statementsOf).filter(({ from }) => from === 'file')
    const parsed = written.map(({ text }) => ({ text, nodes: parseInner(text).flatMap(withInner) }))
    if (parsed.some(({ nodes }) => nodes.some(saysWhose))) return []
    return parsed.filter(({ nodes }) => nodes.some(makes)).map(({ text }) => commandOf(text))
  })
  return [...new Set(commands)]
}

const makes = (node: Node): boolean =>
  Object.keys(node).some((kind) => making.has(kind)) && !isTemporary(node)

const saysWhose = (node: Node): boolean =>
  'AlterOwnerStmt' in node ||
  nodesOf(node, 'VariableSetStmt').some(({ name }) => name === 'role') ||
  nodesOf(node, 'AlterTableCmd').some(({ subtype }) => subtype === 'AT_ChangeOwner')

/** Whether statements of the files themselves insert into a table or delete from it. */
export const writesTable = ({ scripts }: Prepared, table: string): boolean =>
  scripts
    .flatMap(({ units }) => units.flatMap(statementsOf))
    .filter(({ from }) => from === 'file')
    .flatMap(({ text }) => parseInner(text).flatMap(withInner))
    .some((node) =>
      [...nodesOf([node], 'InsertStmt'), ...nodesOf([node], 'DeleteStmt')].some(
        ({ relation }) => relation !== undefined && tableName(relation) === table,
      ),
    )
