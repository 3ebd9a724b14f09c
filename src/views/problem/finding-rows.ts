import type { Check, Finding } from '../../domain/finding.ts'
import type { Instant } from '../../domain/json.ts'
import type { Line, Row } from '../../domain/view.ts'
import { say } from '../../domain/view.ts'
import { clipped } from '../words/line.ts'
import { counted } from '../words/amounts.ts'
import { lineText } from '../words/plain.ts'
import { wordProblem } from './problem.ts'

/** Worst first. */
const levels = ['blocker', 'warning', 'note'] as const
const words = { blocker: 'Blocker', warning: 'Warning', note: 'Note' } as const

export const findingsOf = (checks: readonly Check[]): Finding[] =>
  levels.flatMap((level) =>
    checks.flatMap((check) => check.findings.filter((finding) => finding.level === level)),
  )

export const countOf = (checks: readonly Check[], level: Finding['level']): number =>
  findingsOf(checks).filter((finding) => finding.level === level).length

/** A line of a message holds a sentence or two; the thread has all of it. */
const lineHolds = 420

/** Blockers first, then warnings, then notes, then how many checks passed. At most so many findings, and how many more. */
export function findingRows(
  { checks, at }: { checks: readonly Check[]; at: Instant },
  most: number,
  lineMost = lineHolds,
): Row[] {
  const findings = findingsOf(checks)
  const rows = findings.slice(0, most).map(({ level, problem }): Row => ({
    word: words[level],
    line: findingLine(problem, level, at, lineMost),
  }))
  const left = findings.slice(most)
  const passed = checks.filter((check) => check.findings.length === 0).length
  return [
    ...rows,
    ...(left.length ? [{ word: words[left[0]?.level ?? 'note'], line: moreLine(left) }] : []),
    ...(passed
      ? [{ word: 'Passed' as const, line: say`${counted(passed, rows.length ? 'more check' : 'check')}` }]
      : []),
  ]
}

/** What it is and what it means; for a blocker also what to do. */
function findingLine(problem: Finding['problem'], level: Finding['level'], at: Instant, most: number): Line {
  const { what, means, next } = wordProblem(problem, at)
  const line = say`${what}${means ? say` ${means}` : ''}${level === 'blocker' ? say` ${next}` : ''}`
  const text = lineText(line)
  return text.length <= most ? line : [clipped(text, most)]
}

const moreLine = (left: readonly Finding[]): Line => {
  const counts = levels.flatMap((level) => {
    const n = left.filter((finding) => finding.level === level).length
    return n ? [counted(n, level)] : []
  })
  return say`and ${counts.join(', ')} more, in the thread`
}

/** All of a finding in words, for a file. */
export const findingText = ({ level, problem }: Finding): string => {
  const { what, means, next } = wordProblem(problem)
  return [
    `${words[level]}: ${lineText(what)}`,
    ...(means ? [`  ${lineText(means)}`] : []),
    `  Next: ${lineText(next)}`,
  ].join('\n')
}
