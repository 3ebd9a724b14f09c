import { setTimeout as pause } from 'node:timers/promises'
import { expectedState, type Recorded } from '../domain/expected-state.ts'
import { differencesFrom, notUndone, stepsRepeated, type ObservedState } from '../domain/observed-state.ts'
import type { Choice } from '../domain/choice.ts'
import { done, type Outcome } from '../domain/outcome.ts'
import type { Difference, Question } from '../domain/question.ts'
import type { Attempt, Run } from '../domain/run.ts'
import type { Step } from '../domain/step.ts'
import { observeState } from '../steps/observe-state.ts'
import type { RunWorld } from './world.ts'

/** A run that is taken up again, at the attempt that it is about to perform. */
export interface TakenUp {
  run: Run
  record: readonly Attempt[]
  step: Step
  attempt: number
  /** Whether a process began this attempt before: it may have had its effect. */
  hadBegun: boolean
  world: RunWorld
  signal: AbortSignal
}

/** Milliseconds between two looks: a service that goes on under another PID is seen nowhere for a moment. */
const lookAgain = 500

/** Whether a run has taken something that people may have given back. Before its window it has not. */
export const canBeUndone = ({ windowBegan, plan }: Run): boolean =>
  windowBegan !== null && plan.approved.prepared !== null && plan.kind !== 'backup'

/**
 * Compares the target with what the run's record says of it, and asks where they differ. Nothing is touched. Null: it is as
 * recorded. Differences count when they are seen twice.
 */
export async function checkState(at: TakenUp): Promise<Outcome<never> | null> {
  const unbegun = at.hadBegun ? null : { step: at.step.id, attempt: at.attempt }
  let looked = await look(at, unbegun)
  if (looked.status === 'done' && looked.facts.differences.length > 0) {
    await pause(lookAgain, undefined, { signal: at.signal }).catch(() => {})
    looked = await look(at, unbegun)
  }
  if (looked.status !== 'done') return looked
  const { recorded, seen, differences } = looked.facts
  return differences.length === 0
    ? null
    : { status: 'asks', question: ask(at.step, recorded, seen, differences) }
}

/** Before a run ends that was taken up again, under the claim and the fence. Null: it may end as it is to. */
export async function checkBeforeEnd(at: TakenUp, isUndone: boolean): Promise<Outcome<never> | null> {
  const claim = await at.world.takeClaim()
  if (claim.status !== 'done') return claim
  return isUndone ? checkUndone(at) : checkState(at)
}

/** Null where everything is as it was before the run. */
async function checkUndone(at: TakenUp): Promise<Outcome<never> | null> {
  const looked = await look(at, { step: at.step.id, attempt: at.attempt })
  if (looked.status !== 'done') return looked
  const { recorded, seen, differences } = looked.facts
  return notUndone(recorded, seen).length === 0
    ? null
    : { status: 'asks', question: ask(at.step, recorded, seen, differences) }
}

export interface Looked {
  recorded: Recorded
  seen: ObservedState
  differences: Difference[]
}

/** What the run's record says of its target, and what the target is like. */
export async function look(
  at: TakenUp,
  unbegun: Pick<Attempt, 'step' | 'attempt'> | null,
): Promise<Outcome<Looked>> {
  const { run, record, world } = at
  const recorded = { approved: run.plan.approved, record, debts: await world.debts.all() }
  const { archives } = expectedState(recorded, unbegun)
  const seen = await observeState(at, [...archives.keys()])
  if (seen.status !== 'done') return seen
  return done({
    recorded,
    seen: seen.facts,
    differences: differencesFrom(recorded, unbegun, seen.facts),
  })
}

/** Only what would be true is offered: ending it as undone where all is undone, going on where that leads on. */
function ask(step: Step, recorded: Recorded, seen: ObservedState, differences: Difference[]): Question {
  const open = notUndone(recorded, seen)
  const repeats = stepsRepeated(recorded, step.id, differences, seen)
  const choices: Choice[] = [
    ...(open.length === 0 ? (['undone-by-hand'] as const) : (['back-out'] as const)),
    'retry',
    ...(repeats ? (['go-on'] as const) : []),
    'leave',
  ]
  return { code: 'unexpected-state', differences, notUndone: open, repeats: repeats ?? [], choices }
}
