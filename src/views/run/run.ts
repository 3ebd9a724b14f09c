import type { Attempt, Gate, Run } from '../../domain/run.ts'
import type { Instant } from '../../domain/json.ts'
import {
  bold,
  clock,
  note,
  say,
  text,
  type Action,
  type Line,
  type Part,
  type View,
} from '../../domain/view.ts'
import { acknowledgedLine, isAcknowledged } from '../people/acknowledged.ts'
import { askedElsewhere, type Asks } from './gate.ts'
import { databaseLine, productLine } from './state.ts'
import { endingLine, type TakenBack } from './ending.ts'
import { expectedBack, standingOf, type Standing } from './standing.ts'
import { isDown } from './choices.ts'
import { listed, whom } from '../words/line.ts'
import { progressLine } from './step-facts.ts'
import { about } from '../words/amounts.ts'
import { stepName, subjectOf } from '../words/step-names.ts'
import { stepParts } from './run-rows.ts'
import { typedInTerminal } from '../words/typed.ts'
import { turnOf, wayBack } from '../../domain/route.ts'
import { windowSeconds } from '../../domain/plan.ts'

/** Who said yes to the plan, as a live message names them. */
export type ApprovedBy = readonly { person: string; says: string }[]

/**
 * The one message that is edited while a run lasts. Its first line is true at whatever time it is read: clock times,
 * and when it was written. Each step has its place from the start. `asks`: how it tells of an open gate; in the channel,
 * where that has a message of its own, by a link.
 */
export function runView(
  run: Run,
  attempts: readonly Attempt[],
  gate: Gate | null,
  now: Instant,
  {
    approvals = [],
    asks = askedElsewhere,
    takenBack = null,
  }: { approvals?: ApprovedBy; asks?: Asks; takenBack?: TakenBack | null } = {},
): View {
  const standing = standingOf(run, attempts, gate)
  const question = standing.gate ? asks(standing, standing.gate) : null
  return {
    state: run.endedAt ? endingLine(standing, takenBack) : stateLine(standing, question?.state ?? null, now),
    parts: [
      note(writtenLine(standing, now)),
      ...turned(standing),
      ...stepParts(standing),
      note(peopleLine(run, approvals)),
      ...(question?.parts ?? []),
    ],
    actions: [...(question?.actions ?? []), ...actionsOf(standing)],
  }
}

function stateLine(standing: Standing, question: Line | null, now: Instant): Line {
  const head = productLine(standing)
  if (question) return say`${head}. ${question}. ${bold('Waits for an answer')}`
  const { run, present, steps } = standing
  const back = isDown(standing) ? expectedBack(standing, now) : null
  const expected = back ? say`, expected back ${clock(back)}` : []
  const soon = aboutToGoDown(standing)
  if (!present) return say`${head}${expected}. The last step is done`
  const progress = present.attempt?.progress
  const waits = waitsToStop(standing, now)
  if (waits) return say`${head}. ${waits}`
  const at = say`Step ${present.place} of ${steps.length}: ${stepName(present.step)}${progress ? say`, ${progressLine(progress)}` : ''}`
  const cancelled = run.cancelBy ? say`. Cancelled by ${whom(run.cancelBy)}: it stops as soon as it can` : []
  return say`${head}${expected}. ${standing.route === 'forward' ? '' : say`${bold('Going back')}. `}${at}${soon}${cancelled}`
}

/** Everything before is done, and users were told a later time. */
function waitsToStop({ run, present }: Standing, now: Instant): Line | null {
  if (!run.notBefore || run.notBefore <= now || run.cancelBy) return null
  const isFirst = present?.step.kind === 'baseline' || present?.step.kind === 'stop'
  if (!isFirst || present.attempt) return null
  return say`${bold('Ready')}, and waits until ${clock(run.notBefore)}, the time that users were told. Then it goes down, for about ${about(windowSeconds(run.plan))}`
}

/** Before the window: that users will be out, and for how long. */
function aboutToGoDown({ run, route }: Standing): Line {
  if (run.windowBegan || route !== 'forward') return []
  const { routes, runbook } = run.plan.approved
  if (!routes.forward.some((step) => step.inWindow)) return say`. ${runbook.product} stays up`
  const length = windowSeconds(run.plan)
  return length > 0 ? say`. It goes down later, for about ${about(length)}` : say`. It goes down later`
}

function writtenLine({ run, gate }: Standing, now: Instant): Line {
  const written = say`${subjectOf(run.plan)} · run ${run.id} · written ${clock(now)}`
  if (run.endedAt) return written
  return gate ? written : say`${written} · older than a minute? ${typedInTerminal('status')}`
}

/** What going back means, and that the way forth was not gone to its end. */
function turned(standing: Standing): Part[] {
  if (standing.route === 'forward' || standing.run.endedAt) return []
  const by = turnOf(standing.record)?.answer
  const who = by
    ? by.via === 'clock'
      ? say`since nobody answered in time`
      : say`chosen by ${whom(by.by)}`
    : []
  return [
    text(
      say`${bold(standing.route === 'back-out' ? 'Going back' : 'Rolling back')}, ${who}: ${databaseLine(standing)}.`,
    ),
  ]
}

function peopleLine(run: Run, approvals: ApprovedBy): Line {
  const yes = [...new Set(approvals.map(({ person }) => person))].map(whom)
  return say`Started by ${whom(run.startedBy)} at ${clock(run.startedAt)}${yes.length ? say` · approved by ${listed(yes)}` : ''}${isAcknowledged(run) ? say` · ${acknowledgedLine(run)}` : ''}`
}

function actionsOf(standing: Standing): Action[] {
  const { run, record, gate } = standing
  const way = run.endedAt || run.cancelBy || gate ? null : wayBack(run.plan.approved.routes, record)
  return [
    ...(way
      ? [
          {
            label: 'Cancel…',
            says: 'Stops the run and gives everything back. Opens a confirmation',
            command: 'cancel',
            input: { run: run.id },
          },
        ]
      : []),
    {
      label: 'What happened',
      says: 'Shows the state, the choices and the last ten events',
      command: 'status',
      input: { run: run.id },
    },
  ]
}
