import type { Instant } from '../../domain/json.ts'
import type { Attempt, Run } from '../../domain/run.ts'
import {
  bold,
  clock,
  code,
  dayAndClock,
  note,
  say,
  text,
  type Action,
  type Line,
  type Part,
  type View,
} from '../../domain/view.ts'
import { turnOf } from '../../domain/route.ts'
import { bytes, counted, seconds } from '../words/amounts.ts'
import { factsOf, standingOf, type Standing } from './standing.ts'
import { firstOf, whom } from '../words/line.ts'
import { problemLine, wordProblem } from '../problem/problem.ts'
import { productLine, unlikeLine } from './state.ts'
import { leftLine, leftLines } from './left.ts'
import { undoneLines } from './undone.ts'
import { nameOf, stepName } from '../words/step-names.ts'
import { noRoles } from '../words/no-roles.ts'

/** The run that took a migration back afterwards, and when it had. */
export type TakenBack = { id: string; endedAt: Instant }

/** How a run ended: a message of its own, so that it notifies, and the first line of the live message from then on. */
export function endingView(run: Run, attempts: readonly Attempt[], takenBack: TakenBack | null = null): View {
  const standing = standingOf(run, attempts, null)
  if (takenBack)
    return {
      state: endingLine(standing, takenBack),
      parts: [note(say`Run ${run.id}, started by ${whom(run.startedBy)}`)],
      actions: [],
    }
  return {
    state: endingLine(standing),
    parts: [...partsOf(standing), note(say`Run ${run.id}, started by ${whom(run.startedBy)}`)],
    actions: actionsOf(standing),
  }
}

export function endingLine(standing: Standing, takenBack: TakenBack | null = null): Line {
  const { run } = standing
  const { runbook } = run.plan.approved
  const base = code(runbook.target.database)
  if (takenBack)
    return say`${bold('Rolled back')} by run ${takenBack.id} at ${dayAndClock(takenBack.endedAt)}: ${bold(runbook.title)} is no longer on ${base}`
  if (run.plan.kind === 'backup') {
    const done = run.ending === 'done'
    return say`${bold(done ? `Backup of ${runbook.target.database} is made` : `Backup of ${runbook.target.database} was given up`)}${run.endedAt ? say` at ${clock(run.endedAt)}` : ''}. ${runbook.product} stayed up`
  }
  const head = productLine(standing)
  if (run.leftAs) return leftLine(standing, run.leftAs)
  if (run.ending === 'done')
    return run.plan.kind === 'rollback'
      ? say`${head}. ${bold(runbook.title)} is no longer on ${base}`
      : say`${head}. ${bold(runbook.title)} is on ${base}`
  if (standing.database === 'unlike') return say`${head}, but ${unlikeLine(standing)}`
  if (run.ending === 'rolled-back')
    return say`${head}. ${bold(runbook.title)} was taken back: ${base} is as before`
  if (run.ending === 'undone-by-hand')
    return say`${head}. ${bold('Undone by hand')}: ${base} was seen to be as before the run`
  const nothing = run.plan.kind === 'rollback' ? 'Nothing was rolled back' : 'Nothing was migrated'
  return say`${head}. ${bold(nothing)}: ${base} is as before`
}

function partsOf(standing: Standing): Part[] {
  const { run } = standing
  return [
    ...(run.leftAs ? leftLines(run, run.leftAs) : []),
    ...(run.ending === 'undone-by-hand'
      ? undoneLines(standing)
      : run.ending === 'done'
        ? []
        : whyLine(standing)),
    ...passedOverLines(standing),
    ...madeParts(standing),
    ...nextLine(standing),
  ].map((line) => text(line))
}

/** Who cancelled the run where that is what turned it back. */
function cancelledBy(turn: Attempt | undefined): string | null {
  const { outcome } = turn ?? {}
  return outcome?.status === 'failed' && outcome.problem.code === 'cancelled' ? outcome.problem.by : null
}

/** What made the run turn back: the failure or the question, and who decided. */
function whyLine(standing: Standing): Line[] {
  const turn = turnOf(standing.record)
  if (!turn?.answer) return []
  const at = nameOf(standing.run, turn.step)
  const by =
    turn.answer.via === 'clock' ? say`nobody answered in time` : say`${whom(turn.answer.by)} chose to go back`
  const canceller = cancelledBy(turn)
  if (canceller !== null)
    return [say`Cancelled at ${at} by ${whom(canceller)}${turn.answer.by === canceller ? [] : say`; ${by}`}`]
  const why =
    turn.outcome?.status === 'failed'
      ? say`: ${problemLine(turn.outcome.problem, turn.endedAt ?? undefined)}`
      : []
  return [say`Stopped at ${at}, ${by}${why}`]
}

/** What failed, and somebody went on all the same: looks at the database, checks of the application. */
const passedOverLines = ({ steps }: Standing): Line[] =>
  steps.flatMap(({ step, attempt, settled }) =>
    settled && attempt?.outcome?.status === 'failed'
      ? [
          say`Passed over at ${stepName(step)} by ${whom(attempt.answer?.by ?? '')}: ${wordProblem(attempt.outcome.problem).what}`,
        ]
      : [],
  )

function madeParts({ run, record }: Standing): Line[] {
  const backup = factsOf(run, record, 'backup')
  const migrate = factsOf(run, record, 'migrate')
  const verify = factsOf(run, record, 'verify')
  const smoke = factsOf(run, record, 'smoke')
  const passed = [
    ...(verify ? [`${verify.passed.length} of ${counted(verify.passed.length, 'verification')}`] : []),
    ...(smoke
      ? [
          `${smoke.passed.length} of ${counted(smoke.passed.length + (smoke.asBefore?.length ?? 0), 'functional check')}`,
        ]
      : []),
  ]
  return [
    ...(passed.length ? [say`Passed: ${passed.join(', ')}`] : []),
    ...(migrate && run.ending === 'done' && !migrate.reconciled
      ? [
          say`Migrate: ${counted(migrate.statements.length, migrate.by === 'scripts' ? 'statement' : 'migration')} in ${seconds(migrate.seconds)}`,
        ]
      : []),
    ...(migrate?.saved.length
      ? [
          say`Kept before they were dropped: ${firstOf(
            migrate.saved.map(({ table, rows }) => say`${counted(rows, 'row')} in ${code(table)}`),
            4,
          )}`,
        ]
      : []),
    ...(backup
      ? [
          say`Backup ${bold(backup.backup)}: ${bytes(backup.bytes)} of ${bytes(backup.databaseBytes)}, ${counted(backup.tables, 'table')}, ${seconds(backup.seconds)}, read through to its end${backup.rolesMissing ? say`; without roles: ${noRoles(backup.rolesMissing)}` : ''}`,
        ]
      : []),
  ]
}

function nextLine({ run, record, database }: Standing): Line[] {
  if (run.plan.kind === 'backup' || run.leftAs) return []
  if (run.ending === 'done' && run.plan.kind === 'migrate')
    return [say`What a rollback would lose is counted when you ask for one, before anything is touched.`]
  if (database === 'unlike')
    return [say`Look at what differs while users work. A new plan is made from what is on the database then.`]
  if (run.ending === 'undone-by-hand')
    return [say`Look at what made it necessary. A new plan is made from what is on the database then.`]
  if (run.ending === 'backed-out')
    return [
      say`Nothing to do now. ${cancelledBy(turnOf(record)) === null ? 'When the cause is gone, plan' : 'Plan'} ${run.plan.id} can be run again while its approvals hold.`,
    ]
  return []
}

function actionsOf({ run, database }: Standing): Action[] {
  const { name } = run.plan.approved.runbook
  return [
    ...(run.plan.kind === 'migrate' && run.ending === 'done'
      ? [
          {
            label: 'Roll back…',
            says: 'Counts what a rollback would lose, and asks before it plans one',
            command: 'rollback',
            input: { run: run.id },
            style: 'danger' as const,
          },
        ]
      : []),
    ...(run.plan.kind !== 'backup' && run.ending === 'backed-out' && database !== 'unlike'
      ? [
          {
            label: 'Run again…',
            says: 'Opens the form that runs the same plan once more',
            command: 'run',
            input: { plan: run.plan.id },
          },
        ]
      : []),
    ...(run.plan.kind === 'migrate' && run.ending !== 'done'
      ? [
          {
            label: 'Plan again',
            says: 'Makes a new plan of the same runbook',
            command: 'plan',
            input: { runbook: name },
          },
        ]
      : []),
    ...(run.plan.of !== null && database === 'unlike'
      ? [
          {
            label: 'Plan again',
            says: 'Counts what a rollback would lose, and asks before it plans one',
            command: 'rollback',
            input: { run: run.plan.of },
          },
        ]
      : []),
    {
      label: 'What happened',
      says: 'Shows the state and the last ten events of this run',
      command: 'status',
      input: { run: run.id },
    },
  ]
}
