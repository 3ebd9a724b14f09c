import type { Problem, SqlError } from '../../domain/problem.ts'

/** What of our own is shown with a server's error. */
export type OurStatement = { statement?: string; file?: string; line?: number }

export function sqlProblem(_error: unknown, _our: OurStatement = {}): Problem {
  throw new Error('not yet')
}

export function sqlFacts(_error: unknown, _our: OurStatement = {}): SqlError | null {
  throw new Error('not yet')
}

export function conditionName(_sqlstate: string): string {
  throw new Error('not yet')
}
