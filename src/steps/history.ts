import type { Kind } from '../domain/step.ts'
import type { Migration } from '../domain/script.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { At } from './step-kind.ts'
import { done, failed } from '../domain/outcome.ts'
import { compareMigrations } from '../engines/history.ts'

/** Ids that the history table holds, oldest first. */
export async function appliedNow(at: Pick<At<Kind>, 'world'>): Promise<Outcome<string[]>> {
  const read = await at.world.engine.applied(at.world.target)
  return read.ok ? done(read.value) : failed(read.problem)
}

/** Ids that the history held when the plan was made, oldest first. */
export const appliedAsPlanned = (at: Pick<At<Kind>, 'run'>): string[] =>
  applied(at.run.plan.approved.history.migrations)

const applied = (migrations: readonly Migration[]): string[] =>
  migrations
    .filter((migration) => migration.state !== 'pending')
    .map((migration) => migration.id)
    .toSorted(compareMigrations)

/** Null when two histories are the same; otherwise each in few words: its end, or all of it where the ends agree. */
export function historyDifference(
  expected: readonly string[],
  found: readonly string[],
): { expected: string; found: string } | null {
  if (expected.join('\n') === found.join('\n')) return null
  const few = (ids: readonly string[]) =>
    (expected.at(-1) === found.at(-1) ? ids.join(', ') : ids.at(-1)) || 'no migration'
  return { expected: few(expected), found: few(found) }
}
