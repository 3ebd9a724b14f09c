import { contactOf } from '../../domain/escalation.ts'
import { runKey } from '../../domain/delivery.ts'
import type { Instant, Json } from '../../domain/json.ts'
import type { Event, Pinged } from '../../domain/event.ts'
import type { Ending, Run } from '../../domain/run.ts'
import {
  bold,
  clock,
  code,
  dayAndClock,
  say,
  text,
  type Inline,
  type Line,
  type View,
} from '../../domain/view.ts'
import { accessLine, accountLine } from '../people/access.ts'
import { about } from '../words/amounts.ts'
import { choiceName } from '../words/choice-names.ts'
import { clipped, firstOf, whom } from '../words/line.ts'
import { lineText } from '../words/plain.ts'
import { nameOf } from '../words/step-names.ts'
import { stepView } from './step.ts'
import { wordProblem } from '../problem/problem.ts'

/** One line of the audit trail: when, what, who. */
export const eventLine = (event: Event, run: Run | null): Line =>
  say`${clock(event.at)} · ${happened(event, run)}${accountLine(originOf(event))}`

/** How it was asked for. Events of earlier releases know it of answers alone. */
const originOf = (event: Event): Pick<Event, 'via' | 'account'> =>
  event.via == null && event.is === 'gate.answered' ? { via: event.answer.via } : event

const endingWords: Record<Ending, string> = {
  done: 'done',
  'backed-out': 'backed out',
  'rolled-back': 'rolled back',
  'undone-by-hand': 'undone by hand',
  'ended-as-is': 'ended as it is',
}

const stepIn = (run: Run | null, id: string): string => (run ? nameOf(run, id) : id)

/** A gate's id is run/step/attempt. */
const stepOfGate = (gate: string): string => gate.split('/').slice(1, -1).join('/')

/** Why somebody passed over a check. */
const reasonOf = (given: Json | undefined): string =>
  given !== null && typeof given === 'object' && 'reason' in given && typeof given['reason'] === 'string'
    ? `: ${clipped(given['reason'], 200)}`
    : ''

function happened(event: Event, run: Run | null): Line {
  const by: Inline = whom(event.by)
  switch (event.is) {
    case 'plan.made':
      return say`plan ${event.plan ?? ''} made by ${by}`
    case 'plan.measured':
      return say`plan ${event.plan ?? ''} made again by ${by}: nothing has changed`
    case 'plan.approved':
      return say`plan ${event.plan ?? ''} ${event.says} by ${by}`
    case 'plan.discarded':
      return say`plan ${event.plan ?? ''} discarded by ${by}`
    case 'plan.expired':
      return say`plan ${event.plan ?? ''} expired: nobody ran it while its approvals held`
    case 'run.started':
      return say`started by ${by}`
    case 'run.resumed':
      return say`Lockkeeper is back, it was away since ${clock(event.lastSeen)}; ${stepIn(run, event.step)} had begun`
    case 'run.cancelled':
      return say`cancelled by ${by}`
    case 'step.ended':
      return stepEnded(event, run)
    case 'gate.opened':
      return say`${bold('asks')} at ${stepIn(run, stepOfGate(event.gate))}`
    case 'gate.left':
      return say`left as it is by ${by}`
    case 'gate.answered':
      if (event.answer.via === 'look') return say`the cause was gone: Lockkeeper went on`
      if (event.answer.via === 'clock' && event.answer.choice === 'wait')
        return say`the break-glass card was delivered: the run continues`
      return event.answer.via === 'clock'
        ? say`nobody answered in time: ${choiceName(event.answer.choice)}`
        : say`${choiceName(event.answer.choice)} chosen by ${by}${reasonOf(event.answer.with)}`
    case 'run.escalated':
      return say`${by} calls for help${event.critical ? ', critical business impact' : ''}: ${clipped(event.reason, 200)}`
    case 'step.late':
      return say`${stepIn(run, event.step)} takes longer than planned (${about(event.expectedSeconds)})`
    case 'alarm.pinged':
      return say`pinged: ${calledLine(event, run)}`
    case 'call.failed':
      return say`${bold(event.goesOn ? 'A ping has not arrived yet' : 'A ping did not arrive')}: ${
        event.by === 'slack'
          ? say`the direct message to ${whom(event.to)}`
          : event.by === 'mail'
            ? `the e-mail to ${event.to}`
            : `that to the pager of ${event.to}`
      } (${code(event.error)}). ${event.goesOn ? 'It is tried again; call them' : 'Call them'} on another way`
    case 'alarm.closed':
      return say`nobody is called any more`
    case 'run.taken':
      return event.from === event.by
        ? say`acknowledged by ${by}`
        : say`acknowledged by ${by}, before it ${whom(event.from)} was asked`
    case 'hold.lapsed':
      return say`nothing changed since ${whom(event.holder)} acknowledged: others are pinged again`
    case 'reach.tested':
      return say`${by} tries who can be reached`
    case 'reach.answered':
      return say`${by} can be reached`
    case 'schedule.made':
      return say`scheduled by ${by}`
    case 'schedule.moved':
      return say`moved by ${by}, was ${dayAndClock(event.from.start)}`
    case 'schedule.over':
      return say`the schedule is over: ${event.as}`
    case 'schedule.ready':
      return event.problem ? say`would not start now` : say`would start now`
    case 'schedule.asks':
      return say`its time has come: a person is asked to start it`
    case 'schedule.started':
      return say`started as ${event.run}`
    case 'notice.made':
      return say`announced`
    case 'news.owed':
      return say`${whom(event.person)} may say more before the next news`
    case 'access.changed':
    case 'access.refused':
      return accessLine(event)
    case 'run.ended':
      return say`ended: ${endingWords[event.ending]}${event.leftAs ? say` by ${whom(event.leftAs.by)}: ${clipped(event.leftAs.reason, 200)}` : ''}${event.settled?.length ? `; undo entries closed: ${event.settled.join(', ')}` : ''}`
  }
}

/** The contacts that a ping was for. */
const calledLine = ({ steps }: Pinged, run: Run | null): Line =>
  firstOf(
    steps.map(({ place }) => (run ? contactOf(run.plan.approved.runbook, place).role : `step ${place + 1}`)),
    5,
  )

function stepEnded(event: Extract<Event, { is: 'step.ended' }>, run: Run | null): Line {
  const name = stepIn(run, event.step)
  const { outcome } = event
  switch (outcome.status) {
    case 'done':
      return say`${name} done`
    case 'unneeded':
      return say`${name} skipped`
    case 'asks':
      return say`${name} asks`
    case 'failed':
      return say`${bold(`${name} failed`)}: ${clipped(lineText(wordProblem(outcome.problem).what), 140)}`
  }
}

/** A ping that did not arrive, until it has arrived or nobody is called any more. */
export function failedCallView(
  run: Run,
  event: Event & { is: 'call.failed' },
  { closedAt, arrivedAt }: { closedAt: Instant | null; arrivedAt: Instant | null },
): View {
  const way = { slack: 'direct message', mail: 'e-mail', pager: 'call of the pager' }[event.by]
  const to = event.by === 'slack' ? whom(event.to) : event.to
  const then = say`the ${way} to ${to} did not arrive at ${clock(event.at)} (${code(event.error)})`
  const over = arrivedAt
    ? say`${bold('Arrived')} at ${clock(arrivedAt)}: ${then}. Nothing to do here`
    : closedAt
      ? say`${bold('No longer needed')} since ${clock(closedAt)}: ${then}. Nothing to do here`
      : null
  return over ? { state: over, parts: [], actions: [] } : eventView(run, event)
}

/** An event as a message of its own in the run's thread. */
export function eventView(run: Run, event: Event): View {
  const { channel } = run.plan.approved.runbook
  if (event.is === 'step.ended') return stepView(run, event.step, event.outcome, event.at)
  if (event.is === 'run.resumed')
    return {
      state: say`${bold('Lockkeeper was away')} from ${clock(event.lastSeen)} to ${clock(event.at)}. ${nameOf(run, event.step)} had begun`,
      parts: [
        text(
          say`What it left on the database is ended or waited out first. Then it is looked at: done already, it goes on; not done, it is done again; where that cannot be seen, you are asked.`,
        ),
      ],
      actions: [],
    }
  if ((event.is === 'gate.answered' || event.is === 'run.cancelled') && event.over)
    return {
      state: say`${bold('Somebody else decided:')} ${happened(event, run)} at ${clock(event.at)}. You had acknowledged run ${run.id} at ${clock(event.over.at)}`,
      parts: [text(say`Nothing to do here. The run is in ${{ channel, message: runKey(run.id) }}.`)],
      actions: [],
    }
  return {
    state: [...happened(event, run), ...accountLine(originOf(event)), ' at ', clock(event.at)],
    parts: [],
    actions: [],
  }
}
