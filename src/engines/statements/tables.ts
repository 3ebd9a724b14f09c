import type { Node, ObjectType } from 'libpg-query'
import { listedName, nodesOf, tableName, withInner } from './tree.ts'

/** Tables that a statement names, quoted with their schema; the ones inside of a DO block too. */
export const tablesOf = (node: Node): string[] => withInner(node).flatMap(tablesOfOne)

function tablesOfOne(node: Node): string[] {
  if (!isAboutTables(node)) return []
  const ctes = new Set(nodesOf(node, 'CommonTableExpr').map(({ ctename }) => ctename))
  const named = nodesOf(withoutView(node), 'RangeVar')
    .filter(({ schemaname, relpersistence }) => !isSystem(schemaname) && relpersistence !== 't')
    // The catalogue comes before any other schema, and EF looks there whether a schema exists.
    .filter(({ schemaname, relname = '' }) => schemaname !== undefined || !relname.startsWith('pg_'))
    .filter(({ schemaname, relname }) => schemaname !== undefined || !ctes.has(relname))
    .map(tableName)
  return [...named, ...droppedTables(node)]
}

/** Tables of DROP TABLE. */
export const droppedTables = (node: Node): string[] =>
  'DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE'
    ? (node.DropStmt.objects ?? []).map(listedName)
    : []

/** ALTER, RENAME, REINDEX and others are about indexes, sequences and views too. */
function isAboutTables(node: Node): boolean {
  const about = typeOf(node)
  return about === undefined || aboutTables.has(about)
}

const aboutTables = new Set<ObjectType>([
  'OBJECT_TABLE',
  'OBJECT_COLUMN',
  'OBJECT_TABCONSTRAINT',
  'OBJECT_FOREIGN_TABLE',
  'OBJECT_TRIGGER',
  'OBJECT_POLICY',
  'OBJECT_RULE',
  'OBJECT_MATVIEW',
])

function typeOf(node: Node): ObjectType | undefined {
  if ('AlterTableStmt' in node) return node.AlterTableStmt.objtype
  if ('RenameStmt' in node) {
    const { renameType, relationType } = node.RenameStmt
    return renameType === 'OBJECT_COLUMN' ? relationType : renameType
  }
  if ('AlterObjectSchemaStmt' in node) return node.AlterObjectSchemaStmt.objectType
  if ('AlterOwnerStmt' in node) return node.AlterOwnerStmt.objectType
  if ('CreateSeqStmt' in node || 'AlterSeqStmt' in node) return 'OBJECT_SEQUENCE'
  if ('ReindexStmt' in node)
    return node.ReindexStmt.kind === 'REINDEX_OBJECT_TABLE' ? 'OBJECT_TABLE' : 'OBJECT_INDEX'
  return undefined
}

/** The name that CREATE VIEW gives is no table; what it selects from is. */
const withoutView = (node: Node): unknown => ('ViewStmt' in node ? node.ViewStmt.query : node)

const isSystem = (schema: string | undefined): boolean =>
  schema === 'pg_catalog' || schema === 'information_schema' || schema === 'pg_temp'
