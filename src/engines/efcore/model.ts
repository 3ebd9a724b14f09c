import type { Node } from 'libpg-query'
import { readTables } from '../../adapters/postgres/catalog.ts'
import { type Target, withSession } from '../../adapters/postgres/target.ts'
import type { TableShape } from '../../domain/schema.ts'
import type { Problem } from '../../domain/problem.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { commandIn } from '../statements/effects.ts'
import { parseFile } from '../statements/sql-file.ts'
import { madeBy } from '../statements/names.ts'
import { nodesOf, tableName, withInner } from '../statements/tree.ts'

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
 * PostgreSQL's own parser; no scratch database is made on a server where users work. Fails with `model-unread`: what cannot
 * be read cannot be compared. And as connecting does.
 * @param model what `dotnet ef dbcontext script` writes
 * @param ups the SQL that is about to run
 */
export async function unmigrated(
  target: Target,
  model: string,
  ups: readonly string[],
): Promise<Result<Model>> {
  const read = await nodesOfAll([model])
  if (!read.ok) return read
  const wanted = modelOf(read.value)
  const ran = await nodesOfAll(ups)
  if (!ran.ok) return ran
  const coming = namesIn(ran.value)
  const found = await withSession(target, 'read the model', ({ client }) =>
    readTables(
      client,
      wanted.map(({ table }) => table),
    ),
  )
  if (!found.ok) return found
  const there = new Map(found.value.map((shape) => [shape.name, shape]))
  const missing: Model = { tables: [], columns: [], indexes: [] }
  for (const { table, columns, indexes } of wanted) {
    const shape = there.get(table)
    // Made by the migrations, or a table of another name before them: what has that name now is another one.
    if (coming.tables.has(table)) continue
    if (!shape?.exists) {
      missing.tables.push(table)
      continue
    }
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

async function nodesOfAll(scripts: readonly string[]): Promise<Result<Node[]>> {
  const nodes: Node[] = []
  for (const script of scripts) {
    const parsed = await parseFile('model.sql', script)
    if (!parsed.ok) return failure({ code: 'model-unread', ...whereOf(parsed.problem) })
    nodes.push(...parsed.value.statements.map(({ node }) => node))
  }
  return ok(nodes)
}

function whereOf(problem: Problem): { line: number; near: string } {
  if (problem.code === 'sql-syntax') return { line: problem.line, near: problem.near }
  if (problem.code === 'statement-unfit') return { line: problem.line, near: problem.statement }
  throw new Error(`parsing failed with ${problem.code}`)
}

function modelOf(model: readonly Node[]): Made[] {
  const made = new Map<string, Made>()
  for (const node of model) {
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
function namesIn(scripts: readonly Node[]) {
  const names = { tables: new Set<string>(), columns: new Set<string>(), indexes: new Set<string>() }
  for (const node of scripts.flatMap(withInner)) {
    for (const table of madeBy(node)) names.tables.add(table)
    if ('AlterObjectSchemaStmt' in node && node.AlterObjectSchemaStmt.relation) {
      const { relation, newschema = '' } = node.AlterObjectSchemaStmt
      names.tables.add(tableName({ ...relation, schemaname: newschema }))
    }
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
