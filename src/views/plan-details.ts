import type { Plan } from '../domain/plan.ts'
import type { Step } from '../domain/step.ts'
import type { Line, Part, View } from '../domain/view.ts'
import { bold, code, say, text } from '../domain/view.ts'
import { countOf, findingRows, findingsOf, findingText } from './problem/finding-rows.ts'
import { expectedSeconds } from './run/standing.ts'
import { runbookSays } from './runbook-says.ts'
import { fitting } from './words/fit.ts'
import { counted, seconds } from './words/amounts.ts'
import { hiddenSigns } from './hidden-signs.ts'
import { fileRefused, inlineSql, readSql, sqlFile, sqlFileName, sqlOf } from './plan-sql.ts'
import { programs } from './run/step-facts.ts'
import { stepDoes, stepName, subjectOf } from './words/step-names.ts'

const findingsShown = 8

/**
 * The thread under a plan: its SQL, its steps before, in and after the window, what was noticed, what the runbook says.
 * `refused`: why Slack did not take its files.
 */
export function planDetailsView(plan: Plan, refused: string | null = null): View {
  const { checks } = plan.measured
  const rows = findingRows(plan.measured, findingsShown)
  const counts = (['blocker', 'warning', 'note'] as const).map((level) =>
    counted(countOf(checks, level), level),
  )
  const files = refused === null ? filesOf(plan) : []
  return fitting({
    state: say`${bold(`Plan ${plan.id} in full`)} — ${subjectOf(plan)}${sqlOf(plan) === null ? '' : say`; to read before you approve: ${refused === null ? say`${code(sqlFileName(plan))} here in the thread, or ` : ''}“Read the SQL” below`}`,
    parts: [
      ...(refused === null ? [] : [fileRefused(plan, refused)]),
      ...hiddenSigns(plan),
      ...stepParts(plan),
      ...wayBackParts(plan),
      ...(rows.length
        ? [text(say`${bold('Noticed:')} ${counts.join(', ')}`), { part: 'rows' as const, rows }]
        : []),
      ...madeOf(plan),
      ...inlineSql(plan),
      ...runbookSays(plan.approved.runbook),
      text(say`Digest ${code(plan.digest.slice(0, 16))}: a changed digit is another plan.`),
    ],
    actions: sqlOf(plan) === null ? [] : [readSql(plan)],
    files,
  })
}

/** One list, numbered as the live message counts; the line above it says which of them keep users out. */
function stepParts(plan: Plan): Part[] {
  const { forward } = plan.approved.routes
  return [
    text(say`${bold('Steps.')} ${windowLine(plan, forward)}`),
    { part: 'list', numbered: true, items: forward.map((step) => stepLine(plan, step)) },
  ]
}

function windowLine({ approved }: Plan, forward: readonly Step[]): Line {
  const { product } = approved.runbook
  const first = forward.findIndex((step) => step.inWindow)
  const last = forward.findLastIndex((step) => step.inWindow)
  if (first < 0) return say`${product} stays up`
  const places = (from: number, to: number) => (from === to ? String(from) : `${from} to ${to}`)
  return say`${first > 0 ? `Before the window: ${places(1, first)}. ` : ''}In it ${product} is down: ${places(first + 1, last + 1)}${
    last + 1 < forward.length ? `. After it: ${places(last + 2, forward.length)}` : ''
  }`
}

function stepLine(plan: Plan, step: Step): Line {
  const takes = expectedSeconds({ plan }, step)
  return say`${bold(stepName(step))}${takes !== null && takes >= 0.05 ? `, about ${seconds(takes)}` : ''} — ${stepDoes(step, plan)}`
}

function wayBackParts(plan: Plan): Part[] {
  const { routes } = plan.approved
  const names = (of: readonly Step[] | null) => (of ?? []).map(stepName).join(', ')
  return [
    ...(routes['back-out']?.length
      ? [text(say`${bold('Back before Migrate:')} ${names(routes['back-out'])}`)]
      : []),
    ...(routes['roll-back']?.length
      ? [text(say`${bold('Back after Migrate:')} ${names(routes['roll-back'])}`)]
      : []),
  ]
}

/** What the migrations were read from, and what applies them besides their scripts. */
function madeOf({ kind, approved }: Plan): Part[] {
  const moved = kind === 'rollback' ? approved.prepared?.down : approved.prepared?.up
  if (!moved) return []
  const { source, program } = moved
  return [
    ...(source ? [text(say`${bold('Source:')} commit ${code(source.commit.slice(0, 12))}`)] : []),
    ...(program
      ? [
          text(
            say`${bold('Applied by')} ${programs[program.by]}: ${code(program.file)}, SHA-256 ${code(program.sha256.slice(0, 16))}. The SQL is for review; it is generated from ${program.named ? 'the source that is here' : 'the same source'}`,
          ),
        ]
      : []),
  ]
}

function filesOf(plan: Plan): NonNullable<View['files']> {
  const { prepared, runbook } = plan.approved
  const findings = findingsOf(plan.measured.checks)
  const name = plan.id
  return [
    ...(prepared && plan.kind !== 'rollback'
      ? [{ name: `${name}.up.sql`, title: 'What is run', content: sqlFile(plan, prepared.up, 'up') }]
      : []),
    ...(prepared?.up.idempotent && plan.kind !== 'rollback'
      ? [
          {
            name: `${name}.idempotent.sql`,
            title: 'The same, whatever the history says: to read, or to run by hand',
            content: prepared.up.idempotent,
          },
        ]
      : []),
    ...(prepared?.down
      ? [
          {
            name: `${name}.down.sql`,
            title: plan.kind === 'rollback' ? 'What is run' : 'What takes it back',
            content: sqlFile(plan, prepared.down, 'down'),
          },
        ]
      : []),
    ...(findings.length > findingsShown
      ? [
          {
            name: `${name}.findings.txt`,
            title: 'Everything that was noticed',
            content: [`Plan ${plan.id}, ${runbook.title}`, '', ...findings.map(findingText), ''].join('\n'),
          },
        ]
      : []),
  ]
}
