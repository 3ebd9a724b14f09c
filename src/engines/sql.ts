import path from 'node:path'
import type { Target } from '../adapters/postgres/target.ts'
import { ok, type Result } from '../domain/result.ts'
import type { SqlSettings } from '../domain/runbook.ts'
import type { Migration, Move, PlannedHistory } from '../domain/script.ts'
import { applyScripts } from './applying/apply.ts'
import { prepareAgain } from './prepare-up-down.ts'
import { checkScripts } from './noticing/check.ts'
import type { Engine } from './engine.ts'
import { compareMigrations, type History, historyOf } from './history.ts'
import { listMigrationFiles } from './migration-files.ts'
import { prepareMove } from './prepare.ts'
import { appliedOn, reconcileMove } from './standing.ts'

/**
 * Plain SQL files: `ID_Name.up.sql` and `ID_Name.down.sql` in a folder, and a history table that says which were applied.
 * @param folder absolute, of the runbook: the settings' folder is relative to it
 * @param owner the role that the statements run as; without it, the one that connects
 */
export function sqlEngine(settings: SqlSettings, folder: string, owner?: string): Engine {
  const files = path.resolve(folder, settings.folder)
  const history = historyOf(settings.history)
  const prepare = (move: Move) => prepareMove(files, { history, owner }, move)
  return {
    list: (target) => list(target, files, history),
    prepare,
    again: (prepared) => prepareAgain(prepare, prepared),
    applied: (target) => appliedOn(target, history),
    check: (target, prepared) => checkScripts(target, history, prepared),
    apply: (target, prepared, at) => applyScripts(target, history, prepared, at),
    reconcile: (target, move) => reconcileMove(target, history, move),
    close: async () => {},
  }
}

/** Oldest first. Fails as reading the files and the history does. */
async function list(target: Target, folder: string, history: History): Promise<Result<PlannedHistory>> {
  const files = await listMigrationFiles(folder)
  if (!files.ok) return files
  const read = await appliedOn(target, history)
  if (!read.ok) return read
  const known = new Set(files.value.map(({ id }) => id))
  const applied = new Set(read.value)
  const migrations = [...new Set([...known, ...applied])].toSorted(compareMigrations).map((id): Migration => {
    if (!known.has(id)) return { id, state: 'unknown' }
    return { id, state: applied.has(id) ? 'applied' : 'pending' }
  })
  return ok({ table: history.table, column: history.column, migrations })
}
