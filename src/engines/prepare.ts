import { failure, ok, type Result } from '../domain/result.ts'
import type { Move, Prepared } from '../domain/script.ts'
import { givingWay } from './statements/give-way.ts'
import { compareMigrations, type History } from './history.ts'
import { listMigrationFiles, type MigrationFiles, readMigrationFile } from './migration-files.ts'
import { prepareScripts, type Read } from './prepare-scripts.ts'
import type { Direction } from './units.ts'

/**
 * The scripts of a move with everything that is added to them, and what they do to existing rows. Made of the folder
 * alone: the same files give the same digest. Fails with `migration-unknown`, `migration-applied` (nowhere to go),
 * `migration-irreversible`, and as reading the files does.
 */
export async function prepareMove(
  folder: string,
  { history, owner }: { history: History; owner?: string | undefined },
  move: Move,
): Promise<Result<Prepared>> {
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
  return prepareScripts({ move, direction, read: read.value, ups: ups.value, history, owner })
}

/** Null: from a migration to itself. The empty history is before everything. */
export function directionOf({ from, to }: Move): Direction | null {
  if (from === to) return null
  return from === null || (to !== null && compareMigrations(to, from) > 0) ? 'up' : 'down'
}

/** The migrations that a move runs, oldest first. Where it starts from may be known to the history alone. */
export function migrationsOf<T extends { id: string }>(
  files: readonly T[],
  { from, to }: Move,
  direction: Direction,
): Result<T[]> {
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
  const giveWay = givingWay()
  const read: Read[] = []
  for (const { id, [direction]: file } of files) {
    if (file === null) return failure({ code: 'migration-irreversible', migration: id })
    const parsed = await readMigrationFile(folder, file)
    if (!parsed.ok) return parsed
    read.push({ migration: id, parsed: parsed.value })
    await giveWay(parsed.value.sql)
  }
  return ok(read)
}
