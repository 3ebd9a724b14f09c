import { contactOf, escalationAt, pingHolds, type Alarm } from '../../domain/escalation.ts'
import type { Attempt, Run } from '../../domain/run.ts'
import { bold, clock, note, say, text, type Form, type Line, type View } from '../../domain/view.ts'
import { milliseconds } from '../words/amounts.ts'
import { isDown } from '../run/choices.ts'
import { isPinged, reachLine, timesLine } from './contacts.ts'
import { joined } from '../words/line.ts'
import { productLine } from '../run/state.ts'
import { standingOf } from '../run/standing.ts'
import { subjectOf } from '../words/step-names.ts'

/** Whom calling for help reaches, and why: asked of who named no reason. */
export function escalateForm(run: Run, attempts: readonly Attempt[]): Form {
  const { escalation } = run.plan.approved.runbook
  return {
    title: `Escalate ${run.id}`.slice(0, 24),
    submit: 'Call for help',
    parts: [
      text(say`${productLine(standingOf(run, attempts, null))}. ${bold(subjectOf(run.plan))}`),
      ...(escalation.length
        ? [
            text(['Pinged, until somebody answers or acknowledges:']),
            {
              part: 'list' as const,
              numbered: false,
              items: escalation.map((step) => say`${step.contact} ${timesLine(step)}`),
            },
          ]
        : [text(['The runbook names nobody to call.'])]),
    ],
    fields: [
      { name: 'reason', kind: 'text', label: 'Why', hint: 'Those who are pinged read it first' },
      {
        name: 'impact',
        kind: 'select',
        label: 'How bad it is',
        options: [
          { value: 'usual', label: 'As usual: in the runbook’s order' },
          { value: 'critical', label: 'Critical business impact' },
        ],
      },
    ],
  }
}

/** To the one who called: who is pinged now, and who comes next. `alarms`: what people are called for, this call last. */
export function escalatedSaid(run: Run, attempts: readonly Attempt[], alarms: readonly Alarm[]): View {
  const { runbook } = run.plan.approved
  const { openedAt = run.startedAt, pinged: lately = [] } = alarms.at(-1) ?? {}
  const isOut = isDown(standingOf(run, attempts, null))
  const { due, next } = escalationAt(runbook.escalation, alarms, isOut, openedAt)
  const now = due.map(({ place }) => contactOf(runbook, place))
  const pinged = now.filter(isPinged).map(({ role }): Line => [role])
  return {
    state: say`${bold('Called for help:')} run ${run.id}. ${
      pinged.length ? say`Pinged now: ${joined(pinged)}` : 'Nobody is pinged at once'
    }${next ? say`; ${contactOf(runbook, next.place).role} at ${clock(next.at)}` : ''}`,
    parts: [
      ...now
        .filter((contact) => !isPinged(contact))
        .map((contact) => text(say`${bold(`Call ${contact.role} yourself:`)} ${reachLine(contact)}`)),
      ...(lately.length
        ? [
            text(
              say`Not again, since they were pinged within the last ${milliseconds(pingHolds)}: ${joined(lately.map((place) => [contactOf(runbook, place).role]))}. In Slack that message says now why you call.`,
            ),
          ]
        : []),
      note(say`It goes on until somebody answers or acknowledges.`),
    ],
    actions: [],
  }
}
