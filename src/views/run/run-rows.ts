import type { Line, Part, Row, RowWord } from '../../domain/view.ts'
import { bold, say, text } from '../../domain/view.ts'
import type { Attempt } from '../../domain/run.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Step } from '../../domain/step.ts'
import { clipped, joined, whom } from '../words/line.ts'
import { factsBriefly, progressLine, unneededWords } from './step-facts.ts'
import { isSettled, lastAttempt } from '../../domain/route.ts'
import { lineText } from '../words/plain.ts'
import { stepName } from '../words/step-names.ts'
import { wordProblem } from '../problem/problem.ts'
import type { Standing } from './standing.ts'

/**
 * A row a step of the way; steps of which there is nothing more to say share one. All of them are there from the start. A
 * run that went back shows its two ways apart: both have a step Verify.
 */
export function stepParts(standing: Standing): Part[] {
  const rows = standing.steps.map(({ step, attempt }) => rowOf(standing, step, attempt))
  const present: Part = { part: 'rows', rows: grouped(rows) }
  if (standing.route === 'forward') return [present]
  return [
    text([bold('Forward, until it turned back')]),
    { part: 'rows', rows: grouped(turnedRows(standing)) },
    text([bold(standing.route === 'back-out' ? 'Back' : 'Rollback')]),
    present,
  ]
}

type Ungrouped = Row & { name: string | null }

function rowOf(standing: Standing, step: Step, attempt: Attempt | undefined): Ungrouped {
  const name = stepName(step)
  const row = (word: RowWord, more: Line | null = null): Ungrouped => ({
    word,
    line: more ? say`${name} — ${more}` : [name],
    name: more ? null : name,
  })
  const outcome = attempt?.outcome
  const isPresent = standing.present?.step.id === step.id
  if (!outcome) {
    if (!isPresent) return row('Not run')
    return { ...row('Now', attempt?.progress ? progressLine(attempt.progress) : null), name: null }
  }
  switch (outcome.status) {
    case 'done':
      return row('Done', factsBriefly(step, outcome.facts))
    case 'unneeded':
      return row('Skipped', [unneededWords[outcome.because]])
    case 'asks':
      return attempt.answer ? row('Now', ['once more']) : row('Waits for you', ['needs a decision'])
    case 'failed':
      if (isSettled(attempt)) return row('Failed', say`${whom(attempt.answer?.by ?? '')} went on`)
      return attempt.answer ? row('Now', ['once more']) : row('Failed', ['needs a decision'])
  }
}

/** The first sentence only: the whole of it stands where the choices are. */
const briefly = (problem: Problem): string => clipped(lineText(wordProblem(problem).what), 90)

/** Of a cancel who it was, as a mention: cut as text it would show an id. */
const brieflyFailed = (problem: Problem): Line =>
  problem.code === 'cancelled' ? wordProblem(problem).what : [briefly(problem)]

/** What was done, and what was not, before the run turned back. */
function turnedRows({ run, record }: Standing): Ungrouped[] {
  return run.plan.approved.routes.forward.map((step): Ungrouped => {
    const attempt = lastAttempt(record, step.id)
    const name = stepName(step)
    const status = attempt?.outcome?.status
    if (status === 'done') return { word: 'Done', line: [name], name }
    if (status === 'unneeded') return { word: 'Skipped', line: [name], name }
    if (attempt?.outcome?.status === 'failed')
      return { word: 'Failed', line: say`${name} — ${brieflyFailed(attempt.outcome.problem)}`, name: null }
    return { word: 'Not run', line: [name], name }
  })
}

const between: Partial<Record<RowWord, string>> = { 'Not run': ' · ', Skipped: ' · ' }

function grouped(rows: readonly Ungrouped[]): Row[] {
  const groups: Ungrouped[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last?.[0] && last[0].word === row.word && last[0].name !== null && row.name !== null) last.push(row)
    else groups.push([row])
  }
  return groups.flatMap((group) => {
    const word = group[0]?.word
    return word
      ? [
          {
            word,
            line: joined(
              group.map(({ line }) => line),
              between[word] ?? ', ',
            ),
          },
        ]
      : []
  })
}
