import type { Choice } from './choice.ts'
import { ofProblems, ofQuestions, type WatchedCode } from './cause-rules.ts'
import type { Question } from './question.ts'
import type { Attempt, Gate, Run } from './run.ts'

const rules: Partial<Record<string, string>> = { ...ofProblems, ...ofQuestions }

/** Codes of what a question is about, if that is looked at; a newer release may ask what this one does not know. */
export function watchedIn(question: Question): WatchedCode[] {
  const codes: string[] =
    question.code === 'step-failed'
      ? [question.problem.code]
      : question.code === 'new-blockers'
        ? question.problems.map(({ code }) => code)
        : [question.code]
  const isWatched = codes.every((code) => (rules[code] ?? 'stays') !== 'stays')
  return isWatched ? (codes as WatchedCode[]) : []
}

/** All of them: of gates in the store, those with one of these are looked at. */
export const watchedCodes: readonly string[] = Object.entries(rules)
  .filter(([, rule]) => rule !== 'stays' && rule !== 'of its problem')
  .map(([code]) => code)

/** The answer that does what the question kept the run from. */
export const choiceWhenGone = (question: Question): Choice =>
  question.code === 'sessions-left' ? 'wait' : 'retry'

/** So often in a row Lockkeeper goes on at a step; what comes back each time is for a person. */
const mostInARow = 3

/**
 * What is done when the cause is gone: Lockkeeper answers, or offers. It only offers where somebody chose to leave things as
 * they are, where the cause has come back before, and before users are out: going on would put them out at a time that
 * nobody chose.
 */
export function whenGone(run: Run, record: readonly Attempt[], gate: Gate): 'goes-on' | 'offers' | null {
  const codes = watchedIn(gate.question)
  if (codes.length === 0 || !gate.question.choices.includes(choiceWhenGone(gate.question))) return null
  const { forward } = run.plan.approved.routes
  const takesUsersOut = run.windowBegan === null && forward.some((step) => step.inWindow)
  const answers = record.flatMap(({ step, answer }) => (step === gate.step && answer ? [answer.via] : []))
  const comesBack = answers.length >= mostInARow && answers.slice(-mostInARow).every((via) => via === 'look')
  const migrates = Object.values(run.plan.approved.routes).some((route) =>
    route?.some(({ id, kind }) => id === gate.step && kind === 'migrate'),
  )
  const goesOn = codes.every(
    (code) => rules[code] === 'goes-on' || (rules[code] === 'goes-on-but-migrate' && !migrates),
  )
  return goesOn && !takesUsersOut && !comesBack && gate.leftBy === null ? 'goes-on' : 'offers'
}

/** The choices of a gate as they are shown: what is possible again, now that the cause is gone, stands first. */
export function choicesNow({ question, looked }: Gate): Choice[] {
  const first = choiceWhenGone(question)
  return looked?.cause === 'gone' && question.choices.includes(first)
    ? [first, ...question.choices.filter((choice) => choice !== first)]
    : question.choices
}
