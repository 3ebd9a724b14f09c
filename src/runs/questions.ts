import type { Attempt, Run } from '../domain/run.ts'
import type { Choice } from '../domain/choice.ts'
import type { Question } from '../domain/question.ts'
import type { Problem } from '../domain/problem.ts'
import type { Route, Step } from '../domain/step.ts'
import { isAsBefore } from '../domain/as-before.ts'
import { failsVerification } from '../domain/question.ts'
import { hasMigrated, presentRoute, reachedBy, wayBack } from '../domain/route.ts'

/** What a failed step asks: only choices that do something at this step, the safest way on first. */
export function questionAfterFailure(
  run: Run,
  record: readonly Attempt[],
  step: Step,
  problem: Problem,
): Question {
  const choices: Choice[] = []
  if (standsInTheWay(step, problem)) choices.push('terminate')
  // What failed before the window fails again, whatever is tried.
  const isKnown = isAsBefore(problem)
  if (isKnown) choices.push('go-on')
  choices.push('retry')
  const way = wayBack(run.plan.approved.routes, record)
  if (way) choices.push(way)
  if (!isKnown && mayGoOn(record, step, problem, way)) choices.push('go-on')
  if (mayAccept(record, step, problem)) choices.push('accept')
  if (run.windowBegan && way === null) choices.push('end-as-is')
  if (run.windowBegan) choices.push('leave')
  return { code: 'step-failed', problem, choices, ...lapse(run, record) }
}

/** Whether sessions that can be ended keep the migration from going on. */
function standsInTheWay(step: Step, problem: Problem): boolean {
  if (problem.code === 'lock-timeout') return problem.blockers.length > 0
  return problem.code === 'sessions-came-back' && step.kind === 'migrate'
}

/**
 * A check may be wrong about an application, or a database, that works: a person may pass it over with a reason. One
 * that does not run is no such thing: going on tells everybody that it is available. What could not be looked at is
 * passed over only where there is no way back.
 */
function mayGoOn(record: readonly Attempt[], step: Step, problem: Problem, way: Route | null): boolean {
  if (step.kind === 'smoke') return problem.code !== 'service-ended'
  // The database is closed to whoever answers there, and its sessions are asked about.
  if (step.kind === 'stop') return problem.code === 'service-still-answers'
  if (step.kind !== 'verify') return false
  return failsVerification(problem) || way === null || presentRoute(record) !== 'forward'
}

/**
 * A service that did not stop and is healthy may be kept running where its release fits the database: before anything is
 * migrated, on a way back that has come to its start, and at a rollback that has not stopped anything.
 */
function mayAccept(record: readonly Attempt[], step: Step, problem: Problem): boolean {
  if (problem.code !== 'service-will-not-stop' || problem.healthy !== true) return false
  const route = presentRoute(record)
  if (route !== 'roll-back') return step.kind === 'stop' || step.kind === 'start'
  return (
    step.kind === 'stop' &&
    !record.some((a) => a.step.startsWith('roll-back.') && a.outcome?.status === 'done')
  )
}

/**
 * Users are out and nothing is migrated: without an answer the clock gives everything back at the deadline. Not where a
 * part of it may be there: that is for people.
 */
export function lapse(run: Run, record: readonly Attempt[]): Pick<Question, 'lapses'> {
  const { routes } = run.plan.approved
  if (!run.deadline || wayBack(routes, record) !== 'back-out') return {}
  const reached = reachedBy(routes, record).at(-1)
  if (reached && !('at' in reached)) return {}
  return { lapses: { at: run.deadline, as: 'back-out' } }
}

/** A step's own question, with what it cannot know: the way back that is open, and when the clock takes it. */
export function completed(run: Run, record: readonly Attempt[], step: Step, question: Question): Question {
  const { routes } = run.plan.approved
  // Where nobody knows, no way back is known to be safe: the engine goes on from where it stands.
  const isOpen = question.code === 'had-begun' && step.kind === 'migrate' && !hasMigrated(routes, record)
  const way = isOpen ? null : wayBack(routes, record)
  const choices = question.choices.flatMap((choice): Choice[] => {
    if (choice !== 'back-out' && choice !== 'roll-back') return [choice]
    return way ? [way] : []
  })
  // A gate whose way back is gone, or is what failed, can still be ended.
  if (run.windowBegan && !isOpen && way === null && question.code !== 'before-admit')
    choices.splice(choices.indexOf('leave') < 0 ? choices.length : choices.indexOf('leave'), 0, 'end-as-is')
  // Found otherwise than recorded, nothing is touched before somebody has chosen.
  const stays = isOpen || question.code === 'unexpected-state'
  return { ...question, choices: [...new Set(choices)], ...(stays ? {} : lapse(run, record)) }
}
