import type { Done, Progress } from '../../domain/step.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { Result } from '../../domain/result.ts'
import type { Outputs } from '../output.ts'
import type { Answering } from './answering.ts'

/** How one service is looked at, stopped and started. Stop and start may be called again: what is so already is done. */
export interface ServiceMethod {
  /** How many instances run now. Unknown is a failure, never zero (`service-state-unknown`). */
  state(): Promise<Result<{ instances: number }>>
  /** The process that runs now, or null. `ours`: Lockkeeper started it, so nobody else starts it again when it ends. */
  running(): Promise<{ pid: number; beganAt: number; ours: boolean } | null>
  /** Who answers at its health URL now: itself, another process, another release, or nobody. */
  answering(signal: AbortSignal): Promise<Answering>
  /** Which process runs, told from every other one for ever: `PID/begin`. Null: none, or nobody knows. */
  process(): Promise<string | null>
  /** Asks it to end and waits until it is gone. Never kills it: `service-will-not-stop` says so, and people decide. */
  stop(signal: AbortSignal, progress: (progress: Progress) => void): Promise<Outcome<Done['stop']>>
  /** Starts as many instances. They are not known to be healthy yet. */
  start(instances: number, signal: AbortSignal): Promise<Outcome<Done['start']>>
  /** Runs the command that puts a release in place: its own, or where it has none what undoes the other one. */
  release(
    to: 'before' | 'after',
    signal: AbortSignal,
    output: Outputs['of'],
  ): Promise<Outcome<Done['release']>>
}
