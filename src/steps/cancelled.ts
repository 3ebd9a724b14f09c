import { setTimeout as delay } from 'node:timers/promises'
import type { Outcome } from '../domain/outcome.ts'
import type { Kind } from '../domain/step.ts'
import type { At, StepKind } from './step-kind.ts'
import { failed } from '../domain/outcome.ts'

/** The outcome of a step that was told to stop. Who told it is the run's to know; here it is what was known at its begin. */
export const cancelled = (at: Pick<At<Kind>, 'run'>): Outcome<never> =>
  failed({ code: 'cancelled', by: at.run.cancelBy ?? '' })

/**
 * A kind that respects its signal: it does not begin when it was told to stop, and what breaks because it was told to
 * is the cancel, not a fault of the world. What was done all the same stays done, how far it came stays known, and a
 * question stays a question; a lost session stays one too, since nobody knows what came of it.
 */
export function cancellable<K extends Kind>(kind: StepKind<K>): StepKind<K> {
  return {
    ...kind,
    async perform(at, answer) {
      if (at.signal.aborted) return cancelled(at)
      const outcome = await kind.perform(at, answer)
      if (outcome.status !== 'failed' || outcome.problem.code === 'session-lost' || !at.signal.aborted)
        return outcome
      const { reached } = outcome
      return reached ? { ...cancelled(at), reached } : cancelled(at)
    },
  }
}

/** Waits, or ends early when the step is told to stop: false. */
export const pause = (milliseconds: number, signal: AbortSignal): Promise<boolean> =>
  delay(milliseconds, undefined, { signal }).then(
    () => true,
    () => false,
  )
