import { setTimeout } from 'node:timers/promises'
import type { Progress } from '../domain/step.ts'
import type { Problem } from '../domain/problem.ts'
import type { Step } from '../domain/step.ts'
import type { Attempt, Run } from '../domain/run.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Answer } from '../domain/question.ts'
import { watchedIn } from '../domain/cause.ts'
import { openGateOf } from '../store/gates.ts'
import { attemptsOf, setProgress } from '../store/attempts.ts'
import { cancelOf, runById, touchRun } from '../store/runs.ts'
import { redactOutcome, redactProgress } from '../domain/ours-in-records.ts'
import { ok, type Result } from '../domain/result.ts'
import { presentRoute, stepsOf } from '../domain/route.ts'
import { cardFirst, isAboutCard } from './card-first.ts'
import { isSameFailure, leaveAsIs, unseen } from './end-as-is.ts'
import { next } from './next.ts'
import { untilUsersWereTold } from './on-time.ts'
import { needsClaim, perform } from './perform.ts'
import { begin, beginAsking, end, endAsIs, endUndone, finish, recordSeen, type Driven } from './record.ts'
import { canBeUndone, checkBeforeEnd, checkState } from './check-state.ts'
import { stateKnown, type StateKnown } from './state-known.ts'
import { throttled } from './throttled.ts'
import { openWorld, type RunWorld, type Surroundings } from './world.ts'

/** Why a step is told to stop. `leaving`: this process ends, and another one goes on with the step. */
export type Stop = 'cancelled' | 'leaving' | Problem<'session-lost'>

/** The reins of one run in this process. */
export interface Drive {
  id: string
  stop(why: Stop): void
  /** Its gate was answered. */
  wake(): void
  /** Settles at the next `wake` or `stop`. */
  woken(): Promise<void>
  /** Why the present step was told to stop, or null. */
  stopped(): Stop | null
  signal(): AbortSignal
  /** The step that was stopped has ended: the next one starts afresh. */
  rearm(): void
  /** People are asked: it does nothing until it is woken. */
  waits: boolean
}

/** When this process took a run up, and since when nobody else was at it. */
export interface Taken {
  fence: number
  lastSeen: string
}

/**
 * Milliseconds after which a claim that could not be had is tried again, while people are asked. Then by any process: it
 * may be only this one that cannot reach the target.
 */
const claimAgainAfter = 3_000

/** Milliseconds between two looks at the cause of an open question. */
const lookEvery = 3_000

/**
 * Drives a run until it ends, waits for people, or this process leaves. Whoever holds the run's lock may call this, at
 * any time, as often as it likes. While people are asked, the claim on the target is kept, and taken again where it was
 * lost, with its process or without: nobody else may begin there; and the cause of the question is looked at. Gives when the run is worth another look.
 */
export async function drive(
  surroundings: Surroundings,
  drive: Drive,
  taken: Taken,
): Promise<'at once' | 'later'> {
  const { pool, secrets } = surroundings
  let run = await runById(pool, drive.id)
  // Its own runbook, as it was approved: the file may say something else by now.
  if (run) secrets.know(run.plan.approved.runbook)
  let world: RunWorld | null = null
  const known = stateKnown()
  try {
    while (run && !run.endedAt && drive.stopped() !== 'leaving') {
      const driven: Driven = { pool, run, fence: taken.fence }
      const woken = drive.woken()
      const record = await attemptsOf(pool, run.id)
      const turn = next(run.plan.approved.routes, record)
      if (turn.do === 'wait') {
        known.forget()
        const gate = await openGateOf(pool, run.id)
        const look = gate && watchedIn(gate.question).length > 0 ? surroundings.look : undefined
        const claims = needsClaim({ run, record, step: turn.step })
        if (!claims && !look) return 'at once'
        const opened: Result<RunWorld> = world ? ok(world) : open(surroundings, run, drive)
        if (opened.ok) world = opened.value
        if (!opened.ok || (claims && !(await hasClaim(opened.value)))) {
          if (!(await settlesWithin(woken, claimAgainAfter))) return 'later'
          continue
        }
        drive.waits = true
        if (look && gate) {
          const at = { run, world: opened.value, signal: drive.signal() }
          const seen = await Promise.race([look(gate.question, at), woken])
          if (seen) await recordSeen(driven, gate, seen, record)
          await settlesWithin(woken, lookEvery)
        } else await woken
        drive.waits = false
        continue
      }
      const isUndone = turn.do === 'end' && turn.ending === 'undone-by-hand'
      const isLeft = turn.do === 'end' && turn.ending === 'ended-as-is'
      if (turn.do === 'end' && !isUndone && !isLeft && (known.isKnown() || !canBeUndone(run))) {
        await end(driven, turn.ending)
        return 'at once'
      }
      const { step, attempt } = turn.do === 'end' ? atEnd(run, record, isUndone || isLeft) : turn
      if (!world) {
        const opened = open(surroundings, run, drive)
        if (!opened.ok) {
          const answered = isLeft ? record.at(-1) : undefined
          if (answered && isSameFailure(answered, opened.problem)) {
            await endAsIs(driven, unseen(answered))
            return 'at once'
          }
          await begin(driven, step, attempt, taken.lastSeen)
          await finish(driven, step, attempt, { status: 'failed', problem: opened.problem })
          continue
        }
        world = opened.value
      }
      if (turn.do === 'end') {
        const looking = { run, record, step, attempt, hadBegun: false, world, signal: drive.signal() }
        const left = isLeft ? await leaveAsIs(looking) : null
        if (left?.status === 'done') {
          await endAsIs(driven, left.facts)
          return 'at once'
        }
        const asks = left ?? (await checkBeforeEnd(looking, isUndone))
        if (!asks) {
          await (isUndone ? endUndone(driven) : end(driven, turn.ending))
          return 'at once'
        }
        // Told to stop while it looked: it looks again, here or in the process that comes next.
        if (drive.stopped() !== null) drive.rearm()
        else {
          await begin(driven, step, attempt, taken.lastSeen)
          await finish(driven, step, attempt, redactOutcome(secrets.redact, step.kind, asks))
        }
        continue
      }
      run = await oneAttempt(surroundings, drive, taken, driven, world, record, turn, known)
    }
    return 'at once'
  } finally {
    await world?.close()
  }
}

/** Where a run asks whose steps are all done: at the last one, or, ended by an answer, at the one that was answered so. */
function atEnd(run: Run, record: readonly Attempt[], isByAnswer: boolean): { step: Step; attempt: number } {
  const { routes } = run.plan.approved
  const last = isByAnswer ? record.at(-1)?.step : stepsOf(routes, presentRoute(record)).at(-1)?.id
  const step = Object.values(routes)
    .flatMap((route) => route ?? [])
    .find(({ id }) => id === last)
  if (!step) throw new Error(`${run.id} has no step to ask at`)
  return { step, attempt: record.filter((a) => a.step === step.id).length + 1 }
}

const open = (surroundings: Surroundings, run: Run, drive: Drive): Result<RunWorld> =>
  openWorld(surroundings, run, (why) => drive.stop(why))

/** Whether the claim is held, or could be taken: a claim fences first, so nothing of an earlier life works on. */
const hasClaim = async (world: RunWorld): Promise<boolean> =>
  world.claim() !== null || (await world.takeClaim()).status === 'done'

async function settlesWithin(settling: Promise<void>, ms: number): Promise<boolean> {
  const waiting = new AbortController()
  const pause = setTimeout(ms, false, { signal: waiting.signal }).catch(() => false)
  const settled = await Promise.race([settling.then(() => true), pause])
  waiting.abort()
  return settled
}

/** The run as it is then. Null: this process leaves, and the attempt stays as it is for the next one. */
async function oneAttempt(
  surroundings: Surroundings,
  drive: Drive,
  taken: Taken,
  driven: Driven,
  world: RunWorld,
  before: readonly Attempt[],
  { step, attempt, answer }: { step: Step; attempt: number; answer: Answer | null },
  known: StateKnown,
): Promise<Run | null> {
  const { log, kinds } = surroundings
  await untilUsersWereTold(surroundings.pool, driven.run, step, drive.signal())
  const asks = await cardFirst(
    surroundings,
    { run: driven.run, step, record: before, answer },
    drive.signal(),
  )
  // A stop while it waited: nothing has begun, so the window must not either. Without its claim it waits anew.
  const waited = drive.stopped()
  if (waited === 'leaving') return null
  // Before the mark: a cancel that comes after it is not in the run that the mark gives, and must not be forgotten.
  drive.rearm()
  if (waited !== null && waited !== 'cancelled') return driven.run
  if (asks && waited === null) {
    await beginAsking(driven, step, attempt)
    await finish(driven, step, attempt, asks)
    return driven.run
  }
  const { run, begun } = await begin(driven, step, attempt, taken.lastSeen)
  if (begun.outcome) return run
  const record = [...before.filter((a) => a.step !== step.id || a.attempt !== attempt), begun]
  if (run.cancelBy !== null && presentRoute(record) === 'forward') drive.stop('cancelled')
  let isKnown = known.isKnown() || !canBeUndone(run)
  const check = async (): Promise<Outcome<never> | null> => {
    const hadBegun = begun.lives > 1
    const asks = await checkState({ run, record, step, attempt, hadBegun, world, signal: drive.signal() })
    isKnown = asks === null
    return asks
  }
  const outcome = await perform({
    kinds,
    run,
    record,
    step,
    attempt,
    answer: isAboutCard(before, step) ? null : answer,
    lives: begun.lives,
    world,
    check: isKnown ? null : check,
    signal: drive.signal(),
    progress: throttled((progress) => showProgress(surroundings, run.id, step.id, attempt, progress)),
    bug: (error, reference) =>
      log.error({ err: error, reference, run: run.id, step: step.id }, 'a bug in a step'),
  })
  if (isKnown) known.learn()
  const stopped = drive.stopped()
  if (stopped === 'leaving' && isCancelled(outcome)) return null
  await finish(driven, step, attempt, await explained(surroundings, run.id, step, outcome, stopped))
  return run
}

const isCancelled = (outcome: Outcome): outcome is Extract<Outcome, { status: 'failed' }> =>
  outcome.status === 'failed' && outcome.problem.code === 'cancelled'

/** A stopped step knows only that it was stopped; this says by whom, or what was lost. Nothing secret passes here. */
async function explained(
  { pool, secrets }: Surroundings,
  run: string,
  step: Step,
  outcome: Outcome,
  stopped: Stop | null,
): Promise<Outcome> {
  if (!isCancelled(outcome)) return redactOutcome(secrets.redact, step.kind, outcome)
  if (stopped !== null && typeof stopped === 'object') return { ...outcome, problem: stopped }
  const cancel = await cancelOf(pool, run)
  return { ...outcome, problem: { code: 'cancelled', by: cancel?.by ?? 'lockkeeper' } }
}

async function showProgress(
  { pool, secrets }: Surroundings,
  run: string,
  step: string,
  attempt: number,
  progress: Progress,
): Promise<void> {
  await setProgress(pool, run, step, attempt, redactProgress(secrets.redact, progress))
  await touchRun(pool, run)
}

export function makeDrive(id: string): Drive {
  let controller = new AbortController()
  let why: Stop | null = null
  let waiting = Promise.withResolvers<void>()
  const wake = (): void => {
    waiting.resolve()
    waiting = Promise.withResolvers()
  }
  return {
    id,
    waits: false,
    wake,
    woken: () => waiting.promise,
    stop(stop) {
      // Leaving outranks all else: a cancel is in the store, and a lost claim is taken again.
      if (why !== 'leaving') why = stop
      controller.abort(stop)
      wake()
    },
    stopped: () => why,
    signal: () => controller.signal,
    rearm() {
      if (why === null || why === 'leaving') return
      why = null
      controller = new AbortController()
    },
  }
}
