import type { Choice } from '../../domain/choice.ts'
import type { Difference, Question, Questions } from '../../domain/question.ts'
import type { Gate, Run } from '../../domain/run.ts'
import { bold, clock, code, say, text, type Line, type Part } from '../../domain/view.ts'
import { nameOf } from '../words/step-names.ts'
import { whom } from '../words/line.ts'
import type { Standing } from './standing.ts'

type Unexpected = Extract<Question, { code: 'unexpected-state' }>

const stateQuestion = (gate: Gate | null): Unexpected | null =>
  gate?.question.code === 'unexpected-state' ? gate.question : null

/** Whether the open question found everything as it was before the run: users are in, whatever the record says. */
export const isSeenUndone = (gate: Gate | null): boolean => stateQuestion(gate)?.notUndone.length === 0

/** Found otherwise than recorded: first what that means for users, then each thing as it was expected and as it is. */
export function unexpectedAsked(
  { differences, notUndone }: Questions['unexpected-state'],
  gate: Gate,
  { run }: Pick<Standing, 'run'>,
): { state: Line; parts: Part[] } {
  const base = code(run.plan.approved.runbook.target.database)
  const isUndone = notUndone.length === 0
  return {
    state: isUndone
      ? say`Run ${run.id} was undone by hand: ${base} and its services are as before the run. Lockkeeper touched nothing`
      : say`Lockkeeper was away, and somebody changed ${base} or its services. Lockkeeper touched nothing`,
    parts: [
      text(say`Seen at ${clock(gate.openedAt)}, at ${nameOf(run, gate.step)}, otherwise than recorded:`),
      listOf(differences),
      ...(isUndone || isSame(differences, notUndone)
        ? []
        : [text(say`${bold('Not undone yet')}, against the state before the run:`), listOf(notUndone)]),
    ],
  }
}

const isSame = (a: readonly Difference[], b: readonly Difference[]): boolean =>
  JSON.stringify(a) === JSON.stringify(b)

const listOf = (differences: readonly Difference[]): Part => ({
  part: 'list',
  numbered: false,
  items: differences.map(
    ({ what, expected, found }) =>
      say`${bold(sentence(what))}: found ${code(found)}, expected ${code(expected)}`,
  ),
})

const sentence = (what: string): string => what.slice(0, 1).toUpperCase() + what.slice(1)

/** What a choice does where the target is otherwise than recorded; null: the same as at every other question. */
export function unexpectedChoice(
  choice: Choice,
  question: Question,
  { run }: Pick<Standing, 'run'>,
): { label: string; says: string; does: Line } | null {
  if (question.code !== 'unexpected-state') return null
  const { product } = run.plan.approved.runbook
  if (choice === 'retry')
    return {
      label: 'Look again',
      says: 'Compares again; goes on where everything is as recorded',
      does: say`compares again; goes on only where everything is as recorded`,
    }
  if (choice === 'go-on')
    return {
      label: 'Go on anyway…',
      says: 'Goes on with the run from what was found. Opens a confirmation',
      does: question.repeats.length
        ? say`goes on from what was found: does ${namesOf(run, question.repeats)} again${takesOut(run, question.repeats) ? `. ${product} goes down again` : ''}`
        : say`goes on from what was found, with the step that is next`,
    }
  return null
}

/** Ends the run: what was found is what people made of it. */
export const undoneChoice = ({
  run,
}: Pick<Standing, 'run'>): { label: string; says: string; does: Line } => ({
  label: 'Undone by hand…',
  says: 'Ends the run as undone by hand. Opens a confirmation',
  does: say`Lockkeeper looks once more, closes its undo entries and ends the run; everybody who was notified is told that ${run.plan.approved.runbook.product} is available and the change was not made`,
})

const namesOf = (run: Run, steps: readonly string[]): string => {
  const names = steps.map((step) => nameOf(run, step))
  return names.length > 4 ? `${names.slice(0, 2).join(', ')} … ${names.at(-1)}` : names.join(', ')
}

const takesOut = (run: Run, steps: readonly string[]): boolean =>
  Object.values(run.plan.approved.routes).some((route) =>
    route?.some(({ id, kind }) => steps.includes(id) && (kind === 'stop' || kind === 'close')),
  )

/** How a run ended that people undid: what was seen, and what nobody knows. */
export function undoneLines({ run, record }: Pick<Standing, 'run' | 'record'>): Line[] {
  const at = record.findLast(({ answer }) => answer?.choice === 'undone-by-hand')
  if (!at?.answer) return []
  return [
    say`Ended so by ${whom(at.answer.by)}, at ${nameOf(run, at.step)}. Right before, Lockkeeper saw the migration history, access and every service that it had stopped as before the run`,
    say`When users were let in again is not known to Lockkeeper. What was typed by hand is in nobody’s record`,
  ]
}
