import { readTables } from '../../adapters/postgres/catalog.ts'
import { type Target, withSession } from '../../adapters/postgres/target.ts'
import type { TableShape } from '../../domain/schema.ts'
import { ok, type Result } from '../../domain/result.ts'
import { commandIn } from '../effects.ts'
import { parseInner } from '../sql-parse.ts'
import { nodesOf, tableName } from '../tree.ts'

/** Tables, their columns and their indexes, by names. */
export interface Model {
  tables: string[]
  /** `table.column`. */
  columns: string[]
  indexes: string[]
}

/** A table that a script makes, with what belongs to it. */
interface Made {
  table: string
  columns: string[]
  indexes: string[]
}

/**
 * What the whole model wants and neither the database has nor the migrations make: an application of this build would
 * fail on it, while EF itself finds nothing pending (a snapshot that was changed by hand). Read from the scripts by
 * PostgreSQL's own parser; no scratch database is made on a server where users work.
 * @param model what `dotnet ef dbcontext script` writes
 * @param ups the SQL that is about to run
 */
export async function unmigrated(
  target: Target,
  model: string,
  ups: readonly string[],
): Promise<Result<Model>> {
  const wanted = madeBy(model)
  const coming = namesIn(ups)
  const read = await withSession(target, 'read the model', ({ client }) =>
    readTables(
      client,
      wanted.map(({ table }) => table),
    ),
  )
  if (!read.ok) return read
  const there = new Map(read.value.map((shape) => [shape.name, shape]))
  const missing: Model = { tables: [], columns: [], indexes: [] }
  for (const { table, columns, indexes } of wanted) {
    const shape = there.get(table)
    if (!shape?.exists && !coming.tables.has(table)) {
      missing.tables.push(table)
      continue
    }
    if (!shape?.exists) continue
    missing.columns.push(
      ...columns
        .filter((column) => !hasColumn(shape, column) && !coming.columns.has(`${table}.${column}`))
        .map((column) => `${table}.${column}`),
    )
    missing.indexes.push(
      ...indexes.filter(
        (index) => !shape.indexes.some(({ name }) => name === index) && !coming.indexes.has(index),
      ),
    )
  }
  return ok(missing)
}

const hasColumn = (shape: TableShape, column: string): boolean =>
  shape.columns.some(({ name }) => name === column)

function madeBy(model: string): Made[] {
  const made = new Map<string, Made>()
  for (const node of parseInner(model)) {
    if ('CreateStmt' in node && node.CreateStmt.relation) {
      const table = tableName(node.CreateStmt.relation)
      const columns = nodesOf(node.CreateStmt.tableElts, 'ColumnDef').map(({ colname = '' }) => colname)
      made.set(table, { table, columns, indexes: [] })
    }
    if ('IndexStmt' in node && node.IndexStmt.relation && node.IndexStmt.idxname)
      made.get(tableName(node.IndexStmt.relation))?.indexes.push(node.IndexStmt.idxname)
  }
  return [...made.values()]
}

/** The names that scripts bring, new names of renamed things among them. */
function namesIn(scripts: readonly string[]) {
  const names = { tables: new Set<string>(), columns: new Set<string>(), indexes: new Set<string>() }
  for (const node of scripts.flatMap(parseInner)) {
    if ('CreateStmt' in node && node.CreateStmt.relation)
      names.tables.add(tableName(node.CreateStmt.relation))
    if ('IndexStmt' in node && node.IndexStmt.idxname) names.indexes.add(node.IndexStmt.idxname)
    if ('AlterTableStmt' in node && node.AlterTableStmt.relation) {
      const table = tableName(node.AlterTableStmt.relation)
      for (const { subtype, def } of (node.AlterTableStmt.cmds ?? []).flatMap(commandIn))
        if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def)
          names.columns.add(`${table}.${def.ColumnDef.colname ?? ''}`)
    }
    if ('RenameStmt' in node && node.RenameStmt.relation) {
      const { relation, renameType, newname = '' } = node.RenameStmt
      if (renameType === 'OBJECT_TABLE') names.tables.add(tableName({ ...relation, relname: newname }))
      if (renameType === 'OBJECT_INDEX') names.indexes.add(newname)
      if (renameType === 'OBJECT_COLUMN') names.columns.add(`${tableName(relation)}.${newname}`)
    }
  }
  return names
}
