import type { Problem } from './problem.ts'

/** Something the plan noticed. The problem's wording gives evidence and remedy. */
export interface Finding {
  level: 'blocker' | 'warning' | 'note'
  problem: Problem
}

/** One thing that was looked at. Without findings it passed. */
export interface Check {
  name: string
  findings: Finding[]
}
