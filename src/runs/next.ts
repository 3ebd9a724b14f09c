import type { Answer } from '../domain/question.ts'
import type { Attempt, Ending } from '../domain/run.ts'
import type { Route, Routes, Step } from '../domain/step.ts'
import { isSettled, lastAttempt, presentRoute, stepsOf } from '../domain/route.ts'

/** What a run does now. */
export type Turn =
  | { do: 'perform'; step: Step; attempt: number; answer: Answer | null }
  | { do: 'wait'; step: Step; attempt: number }
  | { do: 'end'; ending: Ending }

const endings: Record<Route, Ending> = {
  forward: 'done',
  'back-out': 'backed-out',
  'roll-back': 'rolled-back',
}

/**
 * The whole state machine. Pure: the same routes and the same record give the same turn, in any process and any
 * release, so that a changed runbook or a new release never alters a run under way.
 */
export function next(routes: Routes, record: readonly Attempt[]): Turn {
  if (record.at(-1)?.answer?.choice === 'undone-by-hand') return { do: 'end', ending: 'undone-by-hand' }
  if (record.at(-1)?.answer?.choice === 'end-as-is') return { do: 'end', ending: 'ended-as-is' }
  const route = presentRoute(record)
  for (const step of stepsOf(routes, route)) {
    const last = lastAttempt(record, step.id)
    if (!last) return { do: 'perform', step, attempt: attemptsAt(record, step) + 1, answer: null }
    if (isSettled(last)) continue
    if (!last.outcome)
      return { do: 'perform', step, attempt: last.attempt, answer: answerBefore(record, last) }
    if (!last.answer) return { do: 'wait', step, attempt: last.attempt }
    return { do: 'perform', step, attempt: last.attempt + 1, answer: last.answer }
  }
  return { do: 'end', ending: endings[route] }
}

const attemptsAt = (record: readonly Attempt[], { id }: Step): number =>
  record.filter(({ step }) => step === id).length

/** The answer that an attempt was begun with: that of the one before it. */
const answerBefore = (record: readonly Attempt[], attempt: Attempt): Answer | null =>
  record.find((a) => a.step === attempt.step && a.attempt === attempt.attempt - 1)?.answer ?? null
