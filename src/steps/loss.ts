import type { Attempt } from '../domain/run.ts'
import type { Step } from '../domain/step.ts'

/**
 * Rows that a step down may lose: the number that somebody confirmed last, with the plan or when it was found to have
 * grown. Null: nothing can be lost, so nothing is counted.
 */
export function acceptedLoss(record: readonly Attempt[], step: Step<'migrate'>): number | null {
  if (step.with.accepted === null) return null
  const raised = record.findLast(
    ({ step: id, outcome, answer }) =>
      id === step.id &&
      outcome?.status === 'asks' &&
      outcome.question.code === 'loss-grew' &&
      answer?.choice === 'go-on',
  )
  const given = raised?.answer?.with as { accepted?: number } | null | undefined
  return given?.accepted ?? step.with.accepted
}
