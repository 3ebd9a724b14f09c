import type { Question } from './question.ts'
import type { Attempt } from './run.ts'
import type { Reached } from './reached.ts'
import type { Route, Routes, Step } from './step.ts'

/** The way that a run is on: that of the last answer that chose one, or the way it began on. */
export const presentRoute = (record: readonly Attempt[]): Route =>
  record.reduce<Route>((route, attempt) => leadsTo(attempt) ?? route, 'forward')

/** The attempt at which the run turned to its present way; none on the way it began on. */
export function turnOf(record: readonly Attempt[]): Attempt | undefined {
  const route = presentRoute(record)
  return route === 'forward' ? undefined : record.findLast((attempt) => leadsTo(attempt) === route)
}

/**
 * The way that an answer leads to; null: it stays on its way. A service that is kept running, although it was told to stop,
 * ends what it was stopped for: the migration, or the rollback.
 */
function leadsTo({ step, answer }: Attempt): Route | null {
  if (answer?.choice === 'back-out' || answer?.choice === 'roll-back') return answer.choice
  if (answer?.choice !== 'accept') return null
  if (step.startsWith('roll-back.stop')) return 'forward'
  return step.startsWith('stop') ? 'back-out' : null
}

export const stepsOf = (routes: Routes, route: Route): readonly Step[] => routes[route] ?? []

/** The last attempt at a step that counts: none does where somebody chose that the step is done again since. */
export function lastAttempt(record: readonly Attempt[], step: string): Attempt | undefined {
  const repeated = record.findLastIndex(
    (attempt) => attempt.answer?.choice === 'go-on' && stateAsked(attempt)?.repeats.includes(step),
  )
  return record.findLast((attempt, i) => i > repeated && attempt.step === step)
}

/** What an attempt asked before it did anything, since the target was not as the record says; null: it did not. */
export function stateAsked({
  outcome,
}: Pick<Attempt, 'outcome'>): Extract<Question, { code: 'unexpected-state' }> | null {
  return outcome?.status === 'asks' && outcome.question.code === 'unexpected-state' ? outcome.question : null
}

/** Done, or found to need nothing, or passed over by somebody's choice. */
export function isSettled(attempt: Attempt | undefined): boolean {
  const outcome = attempt?.outcome
  if (!outcome) return false
  if (outcome.status === 'done' || outcome.status === 'unneeded') return true
  return outcome.status === 'failed' && attempt.answer?.choice === 'go-on'
}

/**
 * The look at the database on a way back that somebody passed over: it was not as before, or could not be looked at.
 * Null: none was.
 */
export function lookPassedOver(routes: Routes, record: readonly Attempt[]): Attempt | null {
  const route = presentRoute(record)
  if (route === 'forward') return null
  const looks = stepsOf(routes, route).filter(({ kind }) => kind === 'verify')
  const attempts = looks.map(({ id }) => lastAttempt(record, id))
  return attempts.find((attempt) => attempt?.outcome?.status === 'failed' && isSettled(attempt)) ?? null
}

/** Where each attempt at the migration that was not done left the history, as far as it says so. */
export const reachedBy = (routes: Routes, record: readonly Attempt[]): Reached[] =>
  record.flatMap(({ step: id, outcome }) => {
    const step = routes.forward.find((one) => one.id === id)
    if (step?.kind !== 'migrate' || (outcome?.status !== 'failed' && outcome?.status !== 'asks')) return []
    return outcome.reached ? [outcome.reached] : []
  })

/**
 * Whether the database was moved on the way that the run began on, if only a part of it: migrations commit one by one.
 * Half a migration is none.
 */
export function hasMigrated(routes: Routes, record: readonly Attempt[]): boolean {
  if (routes.forward.some((step) => step.kind === 'migrate' && isSettled(lastAttempt(record, step.id))))
    return true
  const known = reachedBy(routes, record).findLast((reached) => !('unknown' in reached))
  return known !== undefined && ('between' in known || ('at' in known && known.at === 'to'))
}

/** The way back that is open now, or null: there is none, or the run is on it. */
export function wayBack(routes: Routes, record: readonly Attempt[]): Exclude<Route, 'forward'> | null {
  if (presentRoute(record) !== 'forward') return null
  if (routes.forward.every((step) => isSettled(lastAttempt(record, step.id)))) return null
  const way = hasMigrated(routes, record) ? 'roll-back' : 'back-out'
  return routes[way] ? way : null
}
