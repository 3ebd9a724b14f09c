import type { Problem } from './problem.ts'
import { failsAsBefore } from './baseline.ts'

/** Whether a problem is only of checks that failed in the same way before the window. */
export function isAsBefore(problem: Problem): boolean {
  if (problem.code === 'unhealthy') return failsAsBefore(problem)
  return problem.code === 'functional-failed' && problem.failed.every(failsAsBefore)
}
