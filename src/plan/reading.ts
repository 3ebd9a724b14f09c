import type { Approved, RunKind } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { PlannedHistory, Prepared } from '../domain/script.ts'
import type { BothWays, Engine } from '../engines/engine.ts'
import { prepareBoth } from '../engines/prepare-up-down.ts'
import type { Target } from '../adapters/postgres/target.ts'
import { readTables } from '../adapters/postgres/catalog.ts'
import { withSession } from '../adapters/postgres/target.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { movesFor, statesNow } from './moves.ts'

/** The part of a plan that is read: what stands in the history, the SQL, and the tables that it touches. */
export type Reading = Pick<Approved, 'history' | 'prepared' | 'schema'>

/** A backup alone needs no migrations, so it can be taken where their history is in disorder. */
export const nothingToMove: Reading = {
  history: { table: '', column: '', migrations: [] },
  prepared: null,
  schema: [],
}

/** What a run would move, and what a rollback takes back: the run's plan. */
export interface Moving {
  kind: Exclude<RunKind, 'backup'>
  migration: string
  took: Approved | null
}

/** Reads what a run would move. */
export async function readMigration(
  engine: Engine,
  target: Target,
  moving: Moving,
): Promise<Result<Reading>> {
  const read =
    (moving.took && (await wayBack(engine, target, moving.took))) ?? (await anew(engine, target, moving))
  if (!read.ok) return read
  const { history, prepared } = read.value
  if (moving.kind === 'rollback' && !prepared.down) return failure(irreversible(moving.migration, prepared))
  const schema = await withSession(target, 'read tables', ({ client }) =>
    readTables(client, touchedBy(prepared)),
  )
  return schema.ok ? ok({ history, prepared, schema: schema.value }) : schema
}

type Moved = Result<{ history: PlannedHistory; prepared: BothWays }>

/**
 * The way back of a run whose migration is the last one still: the one that was reviewed with it, so that nothing has to
 * be built in the night. Null: something was applied since, or taken back, or the program that was approved is not there
 * any more; then the way back is planned like any other.
 */
async function wayBack(engine: Engine, target: Target, took: Approved): Promise<Moved | null> {
  if (!took.prepared?.down) return null
  const applied = await engine.applied(target)
  if (!applied.ok || applied.value.at(-1) !== took.prepared.down.move.from) return null
  const again = await engine.again(took.prepared)
  if (!again.ok) return isGone(again.problem) ? null : again
  const migrations = statesNow(took.history.migrations, applied.value)
  return ok({ history: { ...took.history, migrations }, prepared: again.value })
}

const isGone = ({ code }: Problem): boolean => code === 'program-missing' || code === 'program-changed'

async function anew(engine: Engine, target: Target, { kind, migration, took }: Moving): Promise<Moved> {
  const listed = await engine.list(target)
  if (!listed.ok) return listed
  const moves = movesFor(kind, migration, listed.value.migrations, took?.prepared?.up.move ?? null)
  if (!moves.ok) return moves
  const prepared = await prepareBoth((move) => engine.prepare(move), moves.value)
  return prepared.ok ? ok({ history: listed.value, prepared: prepared.value }) : prepared
}

/** No way down is in the plan, and why, where that is known. */
export const irreversible = (migration: string, prepared: BothWays | null): Problem => ({
  code: 'migration-irreversible',
  migration,
  ...(prepared?.noDown && { why: prepared.noDown }),
})

/** The tables that a plan names, in either direction, sorted. */
export const touchedBy = (prepared: { up: Prepared; down: Prepared | null } | null): string[] =>
  [...new Set([...(prepared?.up.touches ?? []), ...(prepared?.down?.touches ?? [])])].sort()
