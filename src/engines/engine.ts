import type { Target } from '../adapters/postgres/target.ts'
import type { Done, Progress } from '../domain/step.ts'
import type { Approved } from '../domain/plan.ts'
import type { Finding } from '../domain/finding.ts'
import type { Move, PlannedHistory, Prepared } from '../domain/script.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Reached } from '../domain/reached.ts'
import type { Result } from '../domain/result.ts'
import type { SessionMark } from '../domain/session.ts'

/**
 * What knows the migrations. `list` and `prepare` read files, and may build and script them: they are for plans. Nothing
 * else does, so that nothing of it happens while the application is down.
 */
export interface Engine {
  /** The migrations of the folder or the assembly, and those of the history table; `unknown`: only there. */
  list(target: Target): Promise<Result<PlannedHistory>>
  /** The statements of a move, parsed and digested. A `to` older than `from` is a way down. */
  prepare(move: Move): Promise<Result<Prepared>>
  /** What preparing gives now, as far as it is not kept with the plan. A way down that is not there is null. */
  again(prepared: BothWays): Promise<Result<BothWays>>
  /** Ids that the history table holds, oldest first. */
  applied(target: Target): Promise<Result<string[]>>
  /** What the engine notices about a prepared move on this target. */
  check(target: Target, prepared: Prepared): Promise<Finding[]>
  /** Runs it in a fenced session. On 55P03 and 40P01 the whole transaction again, with backoff. */
  apply(target: Target, prepared: Prepared, at: Applying): Promise<Outcome<Done['migrate']>>
  /** Where the history stands now. Call only after the fence. */
  reconcile(target: Target, move: Move): Promise<Reached>
  /** Removes what preparing left and no plan needs. */
  close(): Promise<void>
}

export type BothWays = NonNullable<Approved['prepared']>

export interface Applying {
  signal: AbortSignal
  progress(progress: Progress): void
  /** Takes what a program writes, where one applies it. */
  onLine: (line: string) => void
  lockTimeout: number
  lockAttempts: number
  statementTimeout: number
  /** Sessions that a person ticked to be ended before the next attempt. */
  endFirst: SessionMark[]
  /** A rollback after admit: rows that may be lost, counted under lock in Down's own transaction. Null: nothing is counted. */
  accepted: number | null
}
