import type { OutputFile } from './output.ts'
import type { Problem } from './problem.ts'
import type { Question } from './question.ts'
import type { Reached } from './reached.ts'

/**
 * How one attempt of a step ended. JSON only: a step neither throws for the world's faults nor waits for a person.
 * `reached`: where a step that migrates left the history, although it is not done. `wrote`: where all of it lies that its
 * programs wrote.
 */
export type Outcome<Facts = unknown> =
  | { status: 'done'; facts: Facts; wrote?: OutputFile[] }
  | { status: 'unneeded'; because: Unneeded }
  | { status: 'failed'; problem: Problem; reached?: Reached; wrote?: OutputFile[] }
  /** Opens a gate; the step is performed again with the answer. */
  | { status: 'asks'; question: Question; reached?: Reached }

/** Why a step had nothing to do. */
export type Unneeded = 'nothing-taken' | 'already-so' | 'not-in-runbook' | 'nothing-migrated' | 'nothing-runs'

export const done = <Facts>(facts: Facts): Outcome<Facts> => ({ status: 'done', facts })
export const failed = (problem: Problem): { status: 'failed'; problem: Problem } => ({
  status: 'failed',
  problem,
})
export const unneeded = (because: Unneeded): { status: 'unneeded'; because: Unneeded } => ({
  status: 'unneeded',
  because,
})
