import type { Approved, RunKind } from '../domain/plan.ts'
import type { Move, Prepared } from '../domain/script.ts'
import type { Engine } from '../engines/engine.ts'
import { prepareBoth } from '../engines/both-ways.ts'
import type { Target } from '../adapters/postgres/target.ts'
import { readTables } from '../adapters/postgres/catalog.ts'
import { withSession } from '../adapters/postgres/target.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { movesFor } from './moves.ts'

/** The part of a plan that is read: what stands in the history, the SQL, and the tables that it touches. */
export type Reading = Pick<Approved, 'history' | 'prepared' | 'schema'>

/** A backup alone needs no migrations, so it can be taken where their history is in disorder. */
export const nothingToMove: Reading = {
  history: { table: '', column: '', migrations: [] },
  prepared: null,
  schema: [],
}

/** Reads what a run would move. `took`: the way up of the run that a rollback takes back. */
export async function readMigration(
  engine: Engine,
  target: Target,
  { kind, migration, took }: { kind: Exclude<RunKind, 'backup'>; migration: string; took: Move | null },
): Promise<Result<Reading>> {
  const listed = await engine.list(target)
  if (!listed.ok) return listed
  const moves = movesFor(kind, migration, listed.value.migrations, took)
  if (!moves.ok) return moves
  const prepared = await prepareBoth((move) => engine.prepare(move), moves.value)
  if (!prepared.ok) return prepared
  if (kind === 'rollback' && !prepared.value.down)
    return failure({ code: 'migration-irreversible', migration })
  const schema = await withSession(target, 'read tables', ({ client }) =>
    readTables(client, touchedBy(prepared.value)),
  )
  if (!schema.ok) return schema
  return ok({ history: listed.value, prepared: prepared.value, schema: schema.value })
}

/** The tables that a plan names, in either direction, sorted. */
export const touchedBy = (prepared: { up: Prepared; down: Prepared | null } | null): string[] =>
  [...new Set([...(prepared?.up.touches ?? []), ...(prepared?.down?.touches ?? [])])].sort()
