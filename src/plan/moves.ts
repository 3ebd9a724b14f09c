import type { RunKind } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { Migration, Move } from '../domain/script.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { compareMigrations } from '../engines/history.ts'

/** Which way the database is moved, and back. */
export interface Moves {
  up: Move
  down: Move
}

/**
 * The moves of a run, from what is applied. Forward: from the last migration that is applied. A rollback takes a run
 * back to where it began (`took`: the way up that it went), and everything that was applied after it.
 * Fails where there is no way: the migration is unknown, applied already, not applied, or older than what is applied.
 */
export function movesFor(
  kind: Exclude<RunKind, 'backup'>,
  migration: string,
  migrations: readonly Migration[],
  took: Move | null,
): Result<Moves> {
  const wanted = migrations.find((each) => each.id === migration)
  if (!wanted)
    return failure({ code: 'migration-unknown', migration, known: migrations.map((each) => each.id) })
  const applied = migrations.filter(isApplied)
  const last = applied.at(-1)?.id ?? null
  if (kind === 'rollback') {
    if (!isApplied(wanted)) return failure({ code: 'migration-not-applied', migration })
    const up = took ?? { from: applied[applied.indexOf(wanted) - 1]?.id ?? null, to: migration }
    return ok({ up, down: { from: last, to: up.from } })
  }
  if (isApplied(wanted)) return failure({ code: 'migration-applied', migration })
  if (last !== null && migrations.findIndex((each) => each.id === last) > migrations.indexOf(wanted))
    return failure({ code: 'history-out-of-order', migration, after: last })
  return ok({ up: { from: last, to: migration }, down: { from: migration, to: last } })
}

/** What a plan must say about these moves, since nobody asked for it. */
export function besides(
  kind: Exclude<RunKind, 'backup'>,
  migrations: readonly Migration[],
  { up }: Moves,
): Problem<'also-applies' | 'also-reverts' | 'history-out-of-order'>[] {
  const ids = migrations.map((each) => each.id)
  const at = (id: string | null) => (id === null ? -1 : ids.indexOf(id))
  const between = ids.slice(at(up.from) + 1, at(up.to))
  const later = migrations
    .slice(at(up.to) + 1)
    .filter(isApplied)
    .map((each) => each.id)
  const passedOver = migrations.slice(0, Math.max(at(up.from), 0)).filter((each) => each.state === 'pending')
  return [
    ...(kind === 'migrate' && between.length > 0
      ? [{ code: 'also-applies' as const, migrations: between }]
      : []),
    ...(kind === 'rollback' && later.length > 0
      ? [{ code: 'also-reverts' as const, migrations: later }]
      : []),
    ...passedOver.map((each) => ({
      code: 'history-out-of-order' as const,
      migration: each.id,
      after: up.from ?? '',
    })),
  ]
}

/** Applied, whether its file is there or not. */
export const isApplied = (migration: Migration): boolean => migration.state !== 'pending'

/** The migrations of a plan as the history has them now, with those that came meanwhile. */
export function statesNow(planned: readonly Migration[], applied: readonly string[]): Migration[] {
  const known = new Map(planned.map(({ id, state }) => [id, state]))
  return [...new Set([...known.keys(), ...applied])].toSorted(compareMigrations).map((id) => {
    if (!applied.includes(id)) return { id, state: 'pending' }
    return { id, state: known.has(id) && known.get(id) !== 'unknown' ? 'applied' : 'unknown' }
  })
}
