import type { Attempt } from '../domain/run.ts'
import type { Problem } from '../domain/problem.ts'
import type { Session } from '../domain/session.ts'
import type { Kind } from '../domain/step.ts'
import type { Question, QuestionCode } from '../domain/question.ts'
import type { At } from './step-kind.ts'
import { stateAsked } from '../domain/route.ts'

type Where = Pick<At<Kind>, 'record' | 'step' | 'attempt'>

/** What was asked at the attempt before this one, whose answer this one was given; null: nothing, or it failed. */
export function askedBefore<C extends QuestionCode>(
  at: Where,
  code: C,
): Extract<Question, { code: C }> | null {
  const outcome = attemptsBefore(at).at(-1)?.outcome
  if (outcome?.status !== 'asks' || outcome.question.code !== code) return null
  return outcome.question as Extract<Question, { code: C }>
}

/** The sessions that people saw before this attempt: those that it asked about, and those of the newest look. */
export const sessionsShown = (at: Where): Session[] => [
  ...(askedBefore(at, 'sessions-left')?.sessions ?? []),
  ...(attemptsBefore(at).at(-1)?.looked?.sessions ?? []),
]

/** What the attempt before this one failed with; null: it did not. */
export function failedBefore(at: Where): Problem | null {
  const outcome = attemptsBefore(at).at(-1)?.outcome
  return outcome?.status === 'failed' ? outcome.problem : null
}

/** Whether somebody answered a question of this code by going on, at any attempt of this step. */
export const wentOn = (at: Where, code: QuestionCode): boolean =>
  attemptsBefore(at).some(
    ({ outcome, answer }) =>
      outcome?.status === 'asks' && outcome.question.code === code && answer?.choice === 'go-on',
  )

/** The answer that this attempt was begun with: what a resume has to know. */
export const answerBefore = (at: Where): Attempt['answer'] => attemptsBefore(at).at(-1)?.answer ?? null

/** Those that asked about the state of the target did nothing, and are as if they had not been. */
const attemptsBefore = ({ record, step, attempt }: Where): Attempt[] =>
  record.filter((a) => a.step === step.id && a.attempt < attempt && !stateAsked(a))
