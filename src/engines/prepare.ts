import { sha256OfJson } from '../domain/digest.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Move, Prepared, Script } from '../domain/script.ts'
import { effectsOf } from './effects.ts'
import { compareMigrations, type History } from './history.ts'
import { keepsOf } from './keeps.ts'
import { listMigrationFiles, type MigrationFiles, readMigrationFile } from './migration-files.ts'
import type { ParsedFile } from './sql-parse.ts'
import { tablesOf } from './tables.ts'
import { type Direction, unitsOf } from './units.ts'

/**
 * The scripts of a move with everything that is added to them, and what they do to existing rows. Made of the folder
 * alone: the same files give the same digest. Fails with `migration-unknown`, `migration-applied` (nowhere to go),
 * `migration-irreversible`, and as reading the files does.
 */
export async function prepareMove(folder: string, history: History, move: Move): Promise<Result<Prepared>> {
  const files = await listMigrationFiles(folder)
  if (!files.ok) return files
  const direction = directionOf(move)
  if (direction === null) return failure({ code: 'migration-applied', migration: move.to ?? '' })
  const moved = migrationsOf(files.value, move, direction)
  if (!moved.ok) return moved
  const ups = await readAll(folder, moved.value, 'up')
  if (!ups.ok) return ups
  const read = direction === 'up' ? ups : await readAll(folder, moved.value.toReversed(), 'down')
  if (!read.ok) return read
  const scripts: Script[] = []
  for (const { migration, parsed } of read.value) {
    const units = unitsOf(parsed, { history, migration, direction })
    if (!units.ok) return units
    scripts.push({ migration, file: parsed.file, sql: parsed.sql, sha256: parsed.sha256, units: units.value })
  }
  return ok(digested(move, scripts, read.value, ups.value, history))
}

interface Read {
  migration: string
  parsed: ParsedFile
}

/** Null: from a migration to itself. The empty history is before everything. */
function directionOf({ from, to }: Move): Direction | null {
  if (from === to) return null
  return from === null || (to !== null && compareMigrations(to, from) > 0) ? 'up' : 'down'
}

/** The migrations that a move runs, oldest first. Where it starts from may be known to the history alone. */
function migrationsOf(
  files: MigrationFiles[],
  { from, to }: Move,
  direction: Direction,
): Result<MigrationFiles[]> {
  const newest = direction === 'up' ? to : from
  const oldest = direction === 'up' ? from : to
  const isAfterOldest = (id: string): boolean => oldest === null || compareMigrations(id, oldest) > 0
  const known = files.map(({ id }) => id)
  if (newest === null || !known.includes(newest)) {
    return failure({ code: 'migration-unknown', migration: newest ?? '', known })
  }
  return ok(files.filter(({ id }) => isAfterOldest(id) && compareMigrations(id, newest) <= 0))
}

async function readAll(
  folder: string,
  files: MigrationFiles[],
  direction: Direction,
): Promise<Result<Read[]>> {
  const read: Read[] = []
  for (const { id, [direction]: file } of files) {
    if (file === null) return failure({ code: 'migration-irreversible', migration: id })
    const parsed = await readMigrationFile(folder, file)
    if (!parsed.ok) return parsed
    read.push({ migration: id, parsed: parsed.value })
  }
  return ok(read)
}

function digested(move: Move, scripts: Script[], read: Read[], ups: Read[], history: History): Prepared {
  const statements = nodesIn(read)
  const { adds, drops, restores } = effectsOf(statements)
  const given = effectsOf(nodesIn(ups)).adds
  const gaveTo = (table: string, column: string | null) =>
    given.find((one) => one.table === table && one.column === column)?.gives ?? 'unknown'
  const lost = drops.map((drop) => ({ ...drop, gave: gaveTo(drop.table, drop.column) }))
  const isDown = read !== ups
  const line = read[0]?.parsed.statements[0]?.line ?? 1
  const content: Omit<Prepared, 'sha256'> = {
    kind: 'scripts',
    move,
    scripts,
    touches: [...new Set(statements.flatMap(tablesOf))].filter((table) => table !== history.table).toSorted(),
    adds,
    drops: lost,
    restores: isDown ? restores : [],
    keeps: isDown ? keepsOf({ drops: lost, restores }, line) : [],
  }
  return { ...content, sha256: sha256OfJson(content) }
}

const nodesIn = (read: Read[]) => read.flatMap(({ parsed }) => parsed.statements.map(({ node }) => node))
