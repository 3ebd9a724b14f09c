import type { Problem } from './problem.ts'
import type { Question } from './question.ts'

/** How one attempt of a step ended. JSON only: a step neither throws for the world's faults nor waits for a person. */
export type Outcome<Facts = unknown> =
  | { status: 'done'; facts: Facts }
  | { status: 'unneeded'; because: Unneeded }
  | { status: 'failed'; problem: Problem }
  /** Opens a gate; the step is performed again with the answer. */
  | { status: 'asks'; question: Question }

/** Why a step had nothing to do. */
export type Unneeded = 'nothing-taken' | 'already-so' | 'not-in-runbook' | 'nothing-migrated'

export const done = <Facts>(facts: Facts): Outcome<Facts> => ({ status: 'done', facts })
export const failed = (problem: Problem): { status: 'failed'; problem: Problem } => ({
  status: 'failed',
  problem,
})
export const unneeded = (because: Unneeded): { status: 'unneeded'; because: Unneeded } => ({
  status: 'unneeded',
  because,
})
