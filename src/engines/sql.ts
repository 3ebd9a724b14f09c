import path from 'node:path'
import { type Target, withSession } from '../adapters/postgres/target.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { EngineSettings } from '../domain/runbook.ts'
import type { Migration, Move } from '../domain/script.ts'
import { applyScripts } from './apply.ts'
import { checkScripts } from './check.ts'
import type { Engine, Reached } from './engine.ts'
import { compareMigrations, findHistory, type History, historyOf, readHistory } from './history.ts'
import { listMigrationFiles } from './migration-files.ts'
import { halfDone } from './parts.ts'
import { prepareMove } from './prepare.ts'

/**
 * Plain SQL files: `ID_Name.up.sql` and `ID_Name.down.sql` in a folder, and a history table that says which were applied.
 * @param folder absolute, of the runbook: the settings' folder is relative to it
 */
export function sqlEngine(settings: Extract<EngineSettings, { kind: 'sql' }>, folder: string): Engine {
  const files = path.resolve(folder, settings.folder)
  const history = historyOf(settings)
  return {
    list: (target) => list(target, files, history),
    check: (target, prepared) => checkScripts(target, history, prepared),
    prepare: (move) => prepareMove(files, history, move),
    apply: (target, prepared, at) => applyScripts(target, history, prepared, at),
    reconcile: (target, move) => reconcile(target, history, move),
  }
}

/** Oldest first. Fails with `history-missing`: a table that is not there would read as "nothing was applied". */
async function list(
  target: Target,
  folder: string,
  history: History,
): Promise<Result<{ history: string; migrations: Migration[] }>> {
  const files = await listMigrationFiles(folder)
  if (!files.ok) return files
  const read = await readApplied(target, history)
  if (!read.ok) return read
  const known = new Set(files.value.map(({ id }) => id))
  const applied = new Set(read.value.applied)
  const migrations = [...new Set([...known, ...applied])].toSorted(compareMigrations).map((id): Migration => {
    if (!known.has(id)) return { id, state: 'unknown' }
    return { id, state: applied.has(id) ? 'applied' : 'pending' }
  })
  return ok({ history: history.table, migrations })
}

/** Where the history stands. A migration of which only a part was committed is neither here nor there. */
async function reconcile(target: Target, history: History, { from, to }: Move): Promise<Reached> {
  const read = await readApplied(target, history)
  if (!read.ok) return { unknown: read.problem.code }
  const { applied, half } = read.value
  const last = applied.at(-1) ?? null
  const isWithin = (id: string): boolean => {
    const [older, newer] = [from, to].toSorted((a, b) =>
      a === null ? -1 : b === null ? 1 : compareMigrations(a, b),
    )
    return (
      newer != null &&
      (older == null || compareMigrations(id, older) > 0) &&
      compareMigrations(id, newer) <= 0
    )
  }
  const part = half.find(isWithin)
  if (part !== undefined) return { between: part }
  if (last === to) return { at: 'to' }
  if (last === from) return { at: 'from' }
  return last !== null && isWithin(last) ? { between: last } : { unknown: last ?? 'no migration' }
}

async function readApplied(
  target: Target,
  history: History,
): Promise<Result<{ applied: string[]; half: string[] }>> {
  const read = await withSession(
    target,
    'read the history',
    async ({ client }): Promise<Result<{ applied: string[]; half: string[] }>> => {
      const { found } = await findHistory(client, history)
      if (!found) return failure({ code: 'history-missing', table: history.table })
      return ok({ applied: await readHistory(client, history), half: await halfDone(client) })
    },
    { settings: { readOnly: true } },
  )
  return read.ok ? read.value : read
}
