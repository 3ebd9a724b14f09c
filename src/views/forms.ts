import { choicesNow } from '../domain/cause.ts'
import type { Choice } from '../domain/choice.ts'
import type { Loss, Plan } from '../domain/plan.ts'
import type { Attempt, Gate, Run } from '../domain/run.ts'
import type { Window } from '../domain/schedule.ts'
import {
  bold,
  code,
  kept,
  note,
  say,
  text,
  type Field,
  type Form,
  type Option,
  type Part,
} from '../domain/view.ts'
import { answerFields, lossField } from './answer-fields.ts'
import { backOutDoes, choicesShown, choiceText, opensForm, rollBackDoes } from './run/choices.ts'
import { sessionsAsked } from './run/sessions-asked.ts'
import { about, counted } from './words/amounts.ts'
import { endingLoses, sessionLine, sessionOption } from './words/sessions.ts'
import { findingRows } from './problem/finding-rows.ts'
import { asked } from './run/gate.ts'
import { firstOf } from './words/line.ts'
import { lossLine } from './plan.ts'
import { hiddenSigns } from './hidden-signs.ts'
import { fileRefused, inlineSql, readSql, sqlFileName, sqlOf } from './plan-sql.ts'
import { productLine } from './run/state.ts'
import { standingOf } from './run/standing.ts'
import { stoppingLine } from './run/stopping.ts'
import { subjectOf } from './words/step-names.ts'
import { wayBack } from '../domain/route.ts'
import { windowSeconds } from '../domain/plan.ts'
import { typedInTerminal } from './words/typed.ts'
import { zoneOf } from './words/zoned.ts'

/**
 * What a person reads before approving. One tap approves nothing: this opens, and has a button of its own. `refused`: why
 * the plan's files are not in its thread.
 */
export function approveForm(plan: Plan, refused: string | null = null): Form {
  const { prerequisites } = plan.approved.runbook
  const checks = plan.measured.checks.filter(({ findings }) => findings.length)
  const rows = findingRows({ ...plan.measured, checks }, Infinity, Infinity)
  const hasSql = sqlOf(plan) !== null
  return {
    title: `Approve plan ${plan.id}`.slice(0, 24),
    submit: 'Approve',
    parts: [
      kept(text(say`${bold(subjectOf(plan))} at ${code(plan.approved.identity.host)}`)),
      ...(hasSql && refused === null
        ? [
            kept(
              text(
                say`Read what is run first: ${code(sqlFileName(plan))} in the plan’s thread, or “Read the SQL” below.`,
              ),
            ),
          ]
        : []),
      ...(hasSql && refused !== null ? [fileRefused(plan, refused)] : []),
      ...hiddenSigns(plan),
      kept(text(lossLine(plan))),
      ...inlineSql(plan),
      ...(rows.length ? [{ part: 'rows' as const, rows }] : []),
      ...(prerequisites.length
        ? [
            kept(text([bold('By approving you say that this is so:')])),
            kept({ part: 'list', numbered: false, items: prerequisites.map((item) => [item]) }),
          ]
        : []),
    ],
    fields: [],
    ...(hasSql && { actions: [readSql(plan)] }),
    inFull: say`${typedInTerminal(`approve ${plan.id}`)} in a terminal`,
  }
}

/**
 * The last look before users are out: what it means for them, what going back means, and the database's name to type.
 * `told`: the window that users were told; null: its runbook is not scheduled.
 */
export function runForm(plan: Plan, told: Window | null): Form {
  const { runbook, identity } = plan.approved
  const { database, production } = runbook.target
  const down = windowSeconds(plan)
  const hasWindow = plan.approved.routes.forward.some((step) => step.inWindow)
  return {
    title: { migrate: 'Run migration', rollback: 'Run rollback', backup: 'Back up' }[plan.kind],
    submit: 'Run now',
    parts: [
      text(say`${bold(subjectOf(plan))} at ${code(identity.host)}${production ? ', production' : ''}`),
      text(
        hasWindow
          ? say`${runbook.product} is unavailable${down > 0 ? ` for about ${about(down)}` : '; for how long is not known'}.`
          : say`${runbook.product} stays up.`,
      ),
      text(lossLine(plan)),
      ...(hasWindow ? toldLines(plan, told) : []),
    ].map(kept),
    fields: [databaseField(database)],
  }
}

function toldLines({ kind, approved: { runbook } }: Plan, told: Window | null): Part[] {
  const { notices, product } = runbook
  if (notices.length === 0) return []
  if (kind === 'rollback')
    return [
      text(
        say`Nobody is told of it before. Who was told of the migration is told when ${product} is unavailable once more, and when it is back.`,
      ),
    ]
  if (told) return [text(say`Users were told ${{ window: told, zone: zoneOf(runbook) }}.`)]
  const says = notices.filter(({ at }) => at === 'start' || at === 'end')
  return [
    text(
      say`${bold('Nobody was told of this time:')} it is not scheduled. ${says.length ? 'What the runbook announces at the start and at the end is announced.' : 'The runbook announces neither its start nor its end.'}`,
    ),
  ]
}

export const databaseField = (database: string): Field => ({
  name: 'database',
  kind: 'text',
  label: 'Type the database’s name',
  hint: 'Capitals and spaces around it do not matter',
  mustBe: database,
})

/** What cancelling means at this moment, for a run that still has a way back; otherwise null. */
export function cancelForm(run: Run, attempts: readonly Attempt[], gate: Gate | null): Form | null {
  const standing = standingOf(run, attempts, gate)
  const way = wayBack(run.plan.approved.routes, attempts)
  if (!way) return null
  const does = way === 'back-out' ? backOutDoes(standing) : rollBackDoes(standing)
  return {
    title: 'Cancel run',
    submit: 'Cancel the run',
    parts: [
      text(say`${productLine(standing)}. ${bold(subjectOf(run.plan))}`),
      text(say`Cancel: ${does}.`),
      ...(standing.gate || !standing.present ? [] : [note(stoppingLine(standing.present.step, run))]),
    ].map(kept),
    fields: [],
  }
}

export const discardForm = (plan: Plan): Form => ({
  title: `Discard plan ${plan.id}`.slice(0, 24),
  submit: 'Discard',
  parts: [
    text(say`${bold(subjectOf(plan))}: the plan and its approvals are closed for good. Nothing was run.`),
    text(say`A new plan begins without approvals.`),
  ],
  fields: [],
})

/**
 * The form of a choice that is confirmed, ticked or typed; null for those that count at once. `isSure`: false where it
 * may be another one than was meant: then it is read back in any case.
 */
export function answerForm(
  choice: Choice,
  gate: Gate,
  run: Run,
  attempts: readonly Attempt[],
  isSure = true,
): Form | null {
  if (isSure && !opensForm(choice, gate.question)) return null
  const standing = standingOf(run, attempts, gate)
  if (choice === 'terminate') return terminateForm(gate)
  const { label, does } = choiceText(choice, { standing, gate })
  const name = label.replace(/…$/, '')
  return {
    title: name,
    submit: name,
    parts: [text(say`${productLine(standing)}.`), text(say`${bold(name)}: ${does}.`)].map(kept),
    fields: answerFields(choice, gate, run),
  }
}

/** What a run asks, with its choices to pick from: for somebody who named none. */
export function choiceForm(gate: Gate, run: Run, attempts: readonly Attempt[]): Form {
  const standing = standingOf(run, attempts, gate)
  const { state, parts } = asked(standing, gate)
  const shown = choicesShown({ standing, gate })
  const options = choicesNow(gate).map((value, i) => ({ value, label: shown[i] ?? value }))
  return {
    title: `Answer ${run.id}`.slice(0, 24),
    submit: 'Go on',
    parts: [text(say`${productLine(standing)}. ${state}`), ...parts],
    fields: [{ name: 'choice', kind: 'select', label: 'Choice', options }],
  }
}

/** A checkbox a session, none of them ticked. Names: `sessions`, PIDs. */
export function terminateForm(gate: Gate): Form {
  const sessions = sessionsAsked(gate)
  const seen = gate.looked?.at ?? gate.openedAt
  return {
    title: 'End sessions',
    submit: 'End the ticked ones',
    parts: [
      text(
        say`Only what you tick is ended. A session that began another transaction meanwhile is not touched.`,
      ),
      {
        part: 'list',
        numbered: false,
        items: sessions
          .slice(0, 10)
          .map((session) => say`${sessionLine(session, seen)} — ${endingLoses(session)}`),
      },
    ],
    fields: [
      {
        name: 'sessions',
        kind: 'ticks',
        label: 'End these sessions',
        options: sessions.map((session) => sessionOption(session, seen)),
      },
    ],
  }
}

/** A rollback after users are in, with what it would lose at this moment. */
export function rollbackForm(run: Run, loss: Loss, submit = 'Plan the rollback'): Form {
  const { product } = run.plan.approved.runbook
  const down = windowSeconds(run.plan)
  const lost = [...loss.dropped, ...loss.violating].filter(({ rows }) => rows > 0)
  const list: Part[] = lost.length
    ? [
        text(
          firstOf(
            lost.map(
              ({ table, column, rows }) => say`${code(`${table}."${column}"`)}: ${counted(rows, 'row')}`,
            ),
            8,
            ' · ',
          ),
        ),
      ]
    : []
  return {
    title: 'Roll back',
    submit,
    parts: [
      text(
        say`${bold(subjectOf(run.plan))}. ${product} is unavailable${down > 0 ? ` for about ${about(down)}` : ''} when it is run.`,
      ),
      text(
        loss.rows
          ? say`${bold(`It would lose ${counted(loss.rows, 'row')} now`)}, more while users write. A copy of rows and columns is kept in the database, readable by its owner alone.`
          : say`${bold('It would lose nothing now.')} Users go on writing until ${product} is stopped.`,
      ),
      ...list,
      note(
        say`It is counted again, under lock, when ${product} is stopped. If it is more than you accept, nothing is deleted and you are asked.`,
      ),
    ].map(kept),
    fields: [lossField(loss.rows)],
  }
}

/** What is missing is picked from a list. */
export const selectForm = (
  title: string,
  submit: string,
  field: { name: string; label: string },
  options: Option[],
): Form => ({
  title: title.slice(0, 24),
  submit,
  parts: [],
  fields: [{ ...field, kind: 'select', options }],
})
