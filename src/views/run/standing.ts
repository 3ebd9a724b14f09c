import type { Attempt, Gate, Run, RunOutline } from '../../domain/run.ts'
import type { Done, Kind, Route, Step } from '../../domain/step.ts'
import type { Instant } from '../../domain/json.ts'
import type { Difference } from '../../domain/question.ts'
import type { Reached } from '../../domain/reached.ts'
import {
  isSettled,
  lastAttempt,
  lookPassedOver,
  presentRoute,
  stateAsked,
  stepsOf,
} from '../../domain/route.ts'
import { secondsAfter, secondsBetween } from '../words/time.ts'
import { stepOf } from '../words/step-names.ts'
import { windowSeconds } from '../../domain/plan.ts'

/** How a run stands, read from its record alone: what all messages about it are made from. */
export interface Standing<R extends RunOutline = Run> {
  run: R
  record: readonly Attempt[]
  route: Route
  /** Of the present way, with what became of each. */
  steps: { step: Step; attempt: Attempt | undefined; settled: boolean }[]
  /** The step that is performed, asked about or next; its place from 1. Null at the end. */
  present: { step: Step; attempt: Attempt | undefined; place: number } | null
  /** Open questions only. */
  gate: Gate | null
  database: DatabaseStands
  /** On the way back, the look that did not find it as before, or could not look, where somebody went on all the same. */
  passedOver: Attempt | null
  /** Where the last attempt at migrating left the history; null: it is done, or does not say. */
  reached: Reached | null
  /** When users were let in again. Null: they are out, or never were. */
  backAt: Instant | null
}

/**
 * `before` and `after` are meant of the plan's own way: a rollback's `before` has the migration on it. `unlike`: people
 * gave it back although it was not found to be as before.
 */
export type DatabaseStands = 'as before' | 'as after' | 'partly' | 'unknown' | 'unlike'

export function standingOf<R extends RunOutline>(
  run: R,
  record: readonly Attempt[],
  gate: Gate | null,
): Standing<R> {
  const route = presentRoute(record)
  const steps = stepsOf(run.plan.approved.routes, route).map((step) => {
    const attempt = lastAttempt(record, step.id)
    return { step, attempt, settled: isSettled(attempt) }
  })
  const at = run.endedAt ? -1 : steps.findIndex(({ settled }) => !settled)
  const first = steps[at]
  const passedOver = lookPassedOver(run.plan.approved.routes, record)
  const standing: Omit<Standing<R>, 'present' | 'gate'> = {
    run,
    record,
    route,
    steps,
    database: passedOver ? 'unlike' : databaseOf(run, record),
    passedOver,
    reached: reachedLast(run, record),
    backAt: backOf(run, record),
  }
  return {
    ...standing,
    present: first ? { step: first.step, attempt: first.attempt, place: at + 1 } : null,
    gate: gate && !gate.answer ? gate : null,
  }
}

/** Nothing of the migration was begun when a step failed with these. */
const beforeAnything = ['sessions-came-back', 'target-taken', 'target-is-another']

/** After each attempt at migrating, in the order in which they were made. */
function databaseOf(run: RunOutline, record: readonly Attempt[]): DatabaseStands {
  const forward = run.plan.approved.routes.forward
  if (run.ending === 'undone-by-hand') return 'as before'
  let stands: DatabaseStands = 'as before'
  for (const { step: id, outcome } of record) {
    const step = stepOf(run, id)
    const seen = stateAsked({ outcome })
    if (seen) {
      stands = seen.differences.some(({ about }) => about === 'history') ? seenOf(seen.notUndone) : stands
      continue
    }
    if (step?.kind !== 'migrate') continue
    const onForward = forward.some((each) => each.id === id)
    if (!outcome) stands = 'unknown'
    else if (outcome.status === 'done') stands = onForward ? 'as after' : 'as before'
    else if (outcome.status === 'unneeded') stands = onForward ? stands : 'as before'
    else if (outcome.reached && !('unknown' in outcome.reached))
      stands = standsAt(outcome.reached, onForward, commitsWhole(run, step.with.direction))
    else if (outcome.status === 'asks') stands = outcome.question.code === 'had-begun' ? 'unknown' : stands
    else if (!beforeAnything.includes(outcome.problem.code)) {
      if (outcome.reached || ['session-lost', 'bug'].includes(outcome.problem.code)) stands = 'unknown'
      else if (unitsOf(run, step.with.direction).reduce((sum, units) => sum + units, 0) > 1) stands = 'partly'
    }
  }
  return leftOf(run, stands)
}

/** How it was seen when somebody ended the run as it is. */
function leftOf({ ending, leftAs }: RunOutline, stands: DatabaseStands): DatabaseStands {
  if (ending !== 'ended-as-is') return stands
  if (!leftAs?.open) return 'unknown'
  if (!leftAs.open.some(({ about }) => about === 'history')) return 'as before'
  return stands === 'as before' ? 'unknown' : stands
}

/** What was seen outweighs what was recorded before. */
const seenOf = (notUndone: readonly Difference[]): DatabaseStands =>
  notUndone.some(({ about }) => about === 'history') ? 'unknown' : 'as before'

/** At the beginning of a move a part of its first migration may be there, where that is none that is marked. */
function standsAt(reached: Reached, onForward: boolean, whole: boolean): DatabaseStands {
  if (!('at' in reached) || (reached.at === 'from' && !whole)) return 'partly'
  return (reached.at === 'from') === onForward ? 'as before' : 'as after'
}

/** How many parts of each migration commit by themselves: with one, a failure leaves nothing of it behind. */
const unitsOf = (run: RunOutline, direction: 'up' | 'down'): number[] =>
  run.plan.approved.prepared?.[direction]?.scripts.map(({ units }) => units.length) ?? []

const commitsWhole = (run: RunOutline, direction: 'up' | 'down'): boolean =>
  unitsOf(run, direction).every((units) => units === 1)

function reachedLast(run: RunOutline, record: readonly Attempt[]): Reached | null {
  const last = record.findLast(({ step, outcome }) => outcome && stepOf(run, step)?.kind === 'migrate')
  const outcome = last?.outcome
  return (outcome?.status === 'failed' || outcome?.status === 'asks' ? outcome.reached : null) ?? null
}

const backOf = (run: RunOutline, record: readonly Attempt[]): Instant | null => {
  if (!run.windowBegan) return null
  if (run.leftAs && !run.leftAs.available) return null
  const admitted = record.findLast(
    ({ step, outcome }) => stepOf(run, step)?.kind === 'admit' && outcome?.status === 'done',
  )
  return admitted?.endedAt ?? run.endedAt
}

/** Facts of the last attempt of this kind that is done, on any way of the run. */
export function factsOf<K extends Kind>(
  run: RunOutline,
  record: readonly Attempt[],
  kind: K,
): Done[K] | null {
  const last = record.findLast(
    ({ step, outcome }) => stepOf(run, step)?.kind === kind && outcome?.status === 'done',
  )
  return last?.outcome?.status === 'done' ? (last.outcome.facts as Done[K]) : null
}

/** The seconds that the plan expects of a step; a step of a way back takes as long as its like on the way forth. */
export function expectedSeconds(run: Pick<RunOutline, 'plan'>, step: Step): number | null {
  const { estimates } = run.plan.measured
  const plain = step.id.replace(/^(back-out|roll-back)\./, '')
  return (
    (estimates.find((e) => e.step === step.id) ?? estimates.find((e) => e.step === plain))?.seconds ?? null
  )
}

/** Seconds until users are in on these steps, or null where the plan knows of none of them. */
export function secondsFor(run: Pick<RunOutline, 'plan'>, steps: readonly Step[]): number | null {
  const known = steps.map((step) => expectedSeconds(run, step)).filter((each) => each !== null)
  return known.length ? known.reduce((sum, each) => sum + each, 0) : null
}

/**
 * When users are expected back: what is left of the present step, and the steps after it, rounded up to a second. Null:
 * nobody can tell.
 */
export function expectedBack(standing: Standing, now: Instant): Instant | null {
  const { run, present, steps, gate } = standing
  if (!present || gate) return null
  const left = secondsFor(
    run,
    steps.slice(present.place - 1).flatMap(({ step }) => (step.inWindow ? [step] : [])),
  )
  if (left === null) return null
  const spent = present.attempt?.beganAt ? Math.max(0, secondsBetween(present.attempt.beganAt, now)) : 0
  return secondsAfter(
    now,
    Math.ceil(Math.max(0, left - Math.min(spent, expectedSeconds(run, present.step) ?? 0))),
  )
}

/** `down for 13 s of about 14`: what it was, how much of it nobody had answered yet, and what the plan said. */
export const secondsDown = ({
  run,
  record,
  backAt,
}: Standing): { was: number; waited: number; planned: number } | null => {
  const { windowBegan } = run
  if (!windowBegan || !backAt) return null
  const waits = record.map(({ outcome, endedAt }, i) => {
    const until = record[i + 1]?.beganAt
    const wasAsked = outcome?.status === 'asks' || outcome?.status === 'failed'
    const isWithin = (time: Instant) =>
      secondsBetween(windowBegan, time) >= 0 && secondsBetween(time, backAt) >= 0
    return wasAsked && endedAt && until && isWithin(endedAt) && isWithin(until)
      ? secondsBetween(endedAt, until)
      : 0
  })
  return {
    was: secondsBetween(windowBegan, backAt),
    waited: waits.reduce((sum, each) => sum + Math.max(0, each), 0),
    planned: windowSeconds(run.plan),
  }
}
