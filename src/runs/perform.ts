import { randomUUID } from 'node:crypto'
import type { Attempt, Run } from '../domain/run.ts'
import type { Answer } from '../domain/question.ts'
import type { Kind, Step } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { At, StepKind, StepKinds } from '../steps/step-kind.ts'
import type { RunWorld } from './world.ts'
import { openOutputs, type Outputs } from '../adapters/output.ts'
import { isSettled, lastAttempt, stateAsked } from '../domain/route.ts'

/** One attempt of one step, as its driver hands it over. */
export interface Performance {
  kinds: StepKinds
  run: Run
  record: readonly Attempt[]
  step: Step
  attempt: number
  answer: Answer | null
  /** Processes that began this attempt, this one included. */
  lives: number
  world: RunWorld
  signal: AbortSignal
  progress: At<Kind>['progress']
  /** Compares the target with the record before anything is touched; null: the run is not taken up, but goes on. */
  check: (() => Promise<Outcome<never> | null>) | null
  /** A bug is logged with its reference; people see the reference. */
  bug(error: unknown, reference: string): void
}

/**
 * Performs a step, or finds out what an earlier life of it left. From the claim on, every step takes the claim on its
 * target first, or fences again under the one that is held: nothing is looked at, and nothing started, while a session
 * that somebody left there still works.
 */
export async function perform(performance: Performance): Promise<Outcome> {
  const { step, attempt, world } = performance
  const outputs = openOutputs(world.folder, fileName(step, attempt), world.redact)
  const outcome = await performWatched(performance, outputs)
  const wrote = await outputs.close()
  const isOver = outcome.status === 'done' || outcome.status === 'failed'
  return isOver && wrote.length > 0 ? { ...outcome, wrote } : outcome
}

/** Of its step and attempt, e.g. `release-hrms-api-1`. */
const fileName = ({ id }: Step, attempt: number): string => `${id.replaceAll(/[^\w.-]/g, '-')}-${attempt}`

async function performWatched(performance: Performance, outputs: Outputs): Promise<Outcome> {
  const { kinds, step, world, signal } = performance
  try {
    if (signal.aborted) return { status: 'failed', problem: { code: 'cancelled', by: '' } }
    if (needsClaim(performance)) {
      const claim = await world.takeClaim()
      if (claim.status !== 'done') return claim
    }
    const unexpected = await performance.check?.()
    if (unexpected) return unexpected
    // The step's kind and its step belong together by the plan's type; TypeScript cannot follow a lookup by union.
    return await performKind(kinds[step.kind] as StepKind<Kind>, performance, outputs)
  } catch (error) {
    const reference = randomUUID().slice(0, 8)
    performance.bug(error, reference)
    return { status: 'failed', problem: { code: 'bug', reference } }
  }
}

async function performKind(
  kind: StepKind<Kind>,
  performance: Performance,
  outputs: Outputs,
): Promise<Outcome> {
  const { step, attempt, run, record, world, signal, progress } = performance
  const { of: output } = outputs
  const at = { step, with: step.with, attempt, run, record, world, signal, output, progress } as At<Kind>
  const { answer, lives } = withoutChecks(performance)
  if (lives > 1 && kind.resume === 'ask') {
    const began = lastAttempt(record, step.id)?.beganAt ?? run.startedAt
    return { status: 'asks', question: { code: 'had-begun', began, choices: ['retry', 'back-out', 'leave'] } }
  }
  if (lives > 1 && typeof kind.resume === 'function') {
    const found = await kind.resume(at)
    if (found !== 'not done') return found
  }
  return kind.perform(at, answer)
}

/** Attempts that asked about the state of the target did nothing: the step is where it was before them. */
function withoutChecks({
  record,
  step,
  attempt,
  answer,
  lives,
}: Performance): Pick<Performance, 'answer' | 'lives'> {
  const before = record.filter((one) => one.step === step.id && one.attempt < attempt)
  const last = before.findLastIndex((one) => !stateAsked(one))
  const checks = before.slice(last + 1)
  if (checks.length === 0) return { answer, lives }
  return { answer: before[last]?.answer ?? null, lives: Math.max(lives, ...checks.map((one) => one.lives)) }
}

/** Once the claim was made in this run, it is held for every later step, in whatever process. */
export function needsClaim({ run, record, step }: Pick<Performance, 'run' | 'record' | 'step'>): boolean {
  const claim = run.plan.approved.routes.forward.find((s) => s.kind === 'claim')
  return claim !== undefined && claim.id !== step.id && isSettled(lastAttempt(record, claim.id))
}
