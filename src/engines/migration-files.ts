import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { failure, ok, type Result } from '../domain/result.ts'
import { compareMigrations } from './history.ts'
import { type ParsedFile, parseFile } from './statements/sql-file.ts'

/** The files of one migration, by their names. */
export interface MigrationFiles {
  /** Its id: the name before `.up.sql`, e.g. `20251113040317_AddSecurityEnhancements`. */
  id: string
  up: string
  down: string | null
}

/**
 * The migrations of a folder, oldest first. Every `.sql` file in it must be one: a misspelt name would be a migration
 * that nobody runs. Fails with `migrations-folder` and `migration-file-odd`.
 */
export async function listMigrationFiles(folder: string): Promise<Result<MigrationFiles[]>> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error)
  if (!Array.isArray(names))
    return failure({ code: 'migrations-folder', folder, errno: names.code ?? 'unknown' })
  const found = new Map<string, { up?: string; down?: string }>()
  for (const file of names.filter((name) => name.endsWith('.sql')).toSorted()) {
    const [, id, direction] = /^(\d+_.+)\.(up|down)\.sql$/.exec(file) ?? []
    if (!id) return failure({ code: 'migration-file-odd', file, why: 'name' })
    found.set(id, { ...found.get(id), [direction as 'up' | 'down']: file })
  }
  const files: MigrationFiles[] = []
  for (const [id, { up, down = null }] of found) {
    if (up === undefined) return failure({ code: 'migration-file-odd', file: down ?? id, why: 'no-up' })
    files.push({ id, up, down })
  }
  return ok(files.toSorted((a, b) => compareMigrations(a.id, b.id)))
}

/** Reads and parses one of them. Fails with `migration-file-odd` when no statement is in it, and as `parseFile` does. */
export async function readMigrationFile(folder: string, file: string): Promise<Result<ParsedFile>> {
  const source = await readFile(path.join(folder, file), 'utf8').catch(
    (error: NodeJS.ErrnoException) => error,
  )
  if (typeof source !== 'string')
    return failure({ code: 'migrations-folder', folder, errno: source.code ?? 'unknown' })
  const parsed = await parseFile(file, source)
  if (!parsed.ok) return parsed
  const isEmpty = parsed.value.statements.every(({ node }) => 'TransactionStmt' in node)
  return isEmpty ? failure({ code: 'migration-file-odd', file, why: 'empty' }) : parsed
}
