import type { Target } from '../adapters/postgres/target.ts'
import type { Done, Progress } from '../domain/step.ts'
import type { Finding } from '../domain/finding.ts'
import type { Migration, Move, Prepared } from '../domain/script.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Result } from '../domain/result.ts'
import type { SessionMark } from '../domain/session.ts'

/** What knows the migrations. Nothing is read from disk, built or scripted after `prepare`. */
export interface Engine {
  /** The migrations of the folder and of the history table; `unknown`: applied, but not in the folder. */
  list(target: Target): Promise<Result<{ history: string; migrations: Migration[] }>>
  /** What the engine notices about a prepared move on this target. */
  check(target: Target, prepared: Prepared): Promise<Finding[]>
  /** The statements of a move, parsed and digested. A `to` older than `from` is a way down. */
  prepare(move: Move): Promise<Result<Prepared>>
  /** Runs it in a fenced session. On 55P03 and 40P01 the whole transaction again, with backoff. */
  apply(target: Target, prepared: Prepared, at: Applying): Promise<Outcome<Done['migrate']>>
  /** Where the history stands now. Call only after the fence. */
  reconcile(target: Target, move: Move): Promise<Reached>
}

export interface Applying {
  signal: AbortSignal
  progress(progress: Progress): void
  lockTimeout: number
  lockAttempts: number
  statementTimeout: number
  /** Sessions that a person ticked to be ended before the next attempt. */
  endFirst: SessionMark[]
  /** A rollback after admit: rows that may be lost, counted under lock in Down's own transaction. Null: nothing is counted. */
  accepted: number | null
}

export type Reached = { at: 'from' } | { at: 'to' } | { between: string } | { unknown: string }
