import { contactOf, escalationAt, type Alarm, type Cause } from '../../domain/escalation.ts'
import type { Event, Pinged } from '../../domain/event.ts'
import type { Instant } from '../../domain/json.ts'
import type { Acknowledgement, Attempt, Gate, Run } from '../../domain/run.ts'
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
import { about } from '../words/amounts.ts'
import { addressed, before, calls, informed, isLate, overdue, rolesOf } from './called.ts'
import { isDown } from '../run/choices.ts'
import { choiceName } from '../words/choice-names.ts'
import { acknowledge, acknowledgedLine, isAcknowledged, overLine } from './acknowledged.ts'
import { asked, type Asks } from '../run/gate.ts'
import { clipped, joined, whom } from '../words/line.ts'
import { lineText } from '../words/plain.ts'
import { wordProblem } from '../problem/problem.ts'
import { productLine } from '../run/state.ts'
import { standingOf, type Standing } from '../run/standing.ts'
import { nameOf } from '../words/step-names.ts'
import { secondsBetween } from '../words/time.ts'
import { typed } from '../words/typed.ts'

/** What a message that calls people is made from, as it is now. */
export interface Calling {
  run: Run
  attempts: readonly Attempt[]
  /** The open one. */
  gate: Gate | null
  /** What people are called for now, oldest first. */
  alarms: readonly Alarm[]
}

/** Tries of a step that are told, the newest. */
const triesShown = 5

const whatHappened = (run: string): Action => ({
  label: 'What happened',
  says: 'Shows the state, the choices and the last ten events',
  command: 'status',
  input: { run },
})

/**
 * A ping carries everything: why, since when, what was tried, the choices. `pings`: all for what is open, oldest first;
 * `now`: which step is the next. Over or acknowledged, it says so instead. `to`: the e-mail address, or the contact with a
 * pager, that reads it alone.
 */
export function pingView(
  event: Event & Pinged,
  alarm: Alarm,
  pings: readonly (Event & Pinged)[],
  calling: Calling,
  now: Instant,
  to?: string,
  asks: Asks = asked,
): View {
  const { run, gate } = calling
  if (alarm.closedAt) return overView(alarm, event, calling)
  const standing = standingOf(run, calling.attempts, gate)
  const question = standing.gate && asks(standing, standing.gate)
  const acknowledged = isAcknowledged(run)
  const mine = to === undefined ? [] : rolesOf(event, run, to)
  return {
    state: say`${reasonLine(event, alarm, calling)}. ${acknowledged ? acknowledgedLine(run) : addressed(event, run, mine)}`,
    parts: [
      ...calledSince(alarm, calling.alarms),
      ...overdue(event, run),
      ...calls(event, run, mine, to),
      ...(question?.parts ?? []),
      ...tried(standing),
      note(joined([...before(event, pings, run), nextLine(calling.alarms, standing, now)], ' ')),
      ...informed(event, run),
    ],
    actions: [
      ...(acknowledged ? [] : [acknowledge(run.id)]),
      ...(question?.actions ?? []),
      ...(question ? [] : [whatHappened(run.id)]),
    ],
  }
}

/** Why somebody is called, for where there is room for a line: `HRMS is down since 03:01:12 UTC. Nobody has answered …`. */
export function reasonLine(event: Event & Pinged, alarm: Alarm, { run, attempts, gate }: Calling): Line {
  const standing = standingOf(run, attempts, gate)
  const question = standing.gate && asked(standing, standing.gate)
  return say`${productLine(standing)}. ${whyLine(alarm, event, standing)}${question ? say`. ${question.state}` : []}`
}

/** Who was called before somebody called for help learns why from their own message. */
function calledSince({ id }: Alarm, alarms: readonly Alarm[]): Part[] {
  const last = alarms.at(-1)
  return last && last.id !== id && last.cause.is === 'called'
    ? [text([...callLine(last, last.cause), '.'])]
    : []
}

const callLine = ({ critical, openedAt }: Alarm, { by, reason }: Cause & { is: 'called' }): Line =>
  say`${whom(by)} ${bold(critical ? 'calls for help, critical business impact' : 'calls for help')} since ${clock(openedAt)}: ${clipped(reason, 300)}`

function whyLine(alarm: Alarm, event: Event & Pinged, { run }: Standing): Line {
  const { cause, openedAt } = alarm
  switch (cause.is) {
    case 'gate':
      return [event.at, ...event.steps.map(({ at }) => at)].every(
        (at) => secondsBetween(openedAt, at) < isLate,
      )
        ? [bold('It asks')]
        : say`${bold('Nobody has answered')} since ${clock(openedAt)}`
    case 'late':
      return say`${bold(`${nameOf(run, cause.step)} takes longer than planned`)}: about ${about(cause.expectedSeconds)} were`
    case 'called':
      return callLine(alarm, cause)
  }
}

/** What became of the step so far, and what people chose. */
function tried({ gate, run, record }: Standing): Part[] {
  if (!gate) return []
  const tries = record.filter(({ step, attempt }) => step === gate.step && attempt < gate.attempt)
  if (tries.length === 0) return []
  return [
    text([bold('Tried:')]),
    {
      part: 'list',
      numbered: false,
      items: tries.slice(-triesShown).map(({ beganAt, outcome, answer }) => {
        const came =
          outcome?.status === 'failed'
            ? clipped(lineText(wordProblem(outcome.problem).what), 140)
            : outcome?.status === 'asks'
              ? 'it asked'
              : 'it ended'
        return say`${clock(beganAt)} ${nameOf(run, gate.step)}: ${came}${answer ? say` → ${choiceName(answer.choice)}, ${whom(answer.by)}` : ''}`
      }),
    },
  ]
}

function nextLine(alarms: readonly Alarm[], standing: Standing, now: Instant): Line {
  const { run } = standing
  if (run.heldUntil)
    return say`Nobody else is pinged until ${clock(run.heldUntil)}, unless something changes.`
  const { runbook } = run.plan.approved
  const { due, next } = escalationAt(runbook.escalation, alarms, isDown(standing), now)
  const coming = due[0] ?? next
  return coming
    ? say`Next: ${contactOf(runbook, coming.place).role} at ${clock(coming.at)}, unless somebody answers or acknowledges.`
    : say`There is nobody after that.`
}

/** Nobody is called any more. */
function overView({ cause, closedAt, openedAt }: Alarm, event: Pinged, { run, attempts }: Calling): View {
  const at = clock(closedAt ?? openedAt)
  return {
    state: say`${bold('No longer needed')} since ${at}: ${overWords(cause, run, attempts)}. Nothing to do here`,
    parts: [
      note(
        say`${joined(event.steps.map(({ place }) => [contactOf(run.plan.approved.runbook, place).role]))} pinged; open since ${clock(openedAt)}.`,
      ),
    ],
    actions: [whatHappened(run.id)],
  }
}

function overWords(cause: Cause, run: Run, attempts: readonly Attempt[]): Line {
  if (cause.is === 'gate') {
    const [step, attempt] = cause.gate.split('/').slice(-2)
    const answer = attempts.find((each) => each.step === step && each.attempt === Number(attempt))?.answer
    return answer ? say`answered ${bold(choiceName(answer.choice))}, ${whom(answer.by)}` : ['answered']
  }
  if (cause.is === 'late') return say`${nameOf(run, cause.step)} has ended`
  return run.endedAt ? say`run ${run.id} has ended` : ['it was answered, or called anew']
}

/** An acknowledgement, told to everybody: whose, until when, and what is still to be chosen; as the past once it is over. */
export function acknowledgementView(
  event: Event & { is: 'run.taken' },
  { run, attempts, gate }: Omit<Calling, 'alarms'>,
  asks: Asks = asked,
): View {
  if (run.endedAt) return endedView(event.by, event.at, run.endedAt, run.id)
  const standing = standingOf(run, attempts, gate)
  const question = standing.gate && asks(standing, standing.gate)
  const isStill = run.heldUntil !== null && run.heldSince === event.at
  const before = event.from === event.by ? [] : say`; before, questions went to ${whom(event.from)}`
  return {
    state: say`${bold(isStill ? 'Acknowledged' : 'Was acknowledged')} by ${whom(event.by)} at ${clock(event.at)}${before}. ${productLine(standing)}${
      question ? say`. ${bold('Still to be chosen:')} ${question.state}` : ''
    }`,
    parts: [...(question?.parts ?? []), note(isStill ? heldLine(run) : heldNowLine(run))],
    actions: question?.actions ?? [],
  }
}

const heldLine = ({ id, holder, heldUntil }: Run): Line =>
  say`Questions of run ${id} go to ${whom(holder)}. Nobody else is pinged until ${clock(heldUntil ?? '')}, unless something changes. To take over: ${typed(`ack ${id}`)}`

const heldNowLine = (run: Run): Line =>
  isAcknowledged(run)
    ? say`${acknowledgedLine(run)}.`
    : say`The others are pinged again, unless somebody answers or acknowledges.`

const endedView = (holder: string, since: Instant, endedAt: Instant, run: string): View => ({
  state: say`${bold('Was acknowledged')} by ${whom(holder)} at ${clock(since)}. Run ${run} has ended at ${clock(endedAt)}: nobody is called for it any more`,
  parts: [],
  actions: [],
})

/** "Still on it?" */
export function lapsedView(
  event: Event & { is: 'hold.lapsed' },
  { run, attempts, gate }: Omit<Calling, 'alarms'>,
  asks: Asks = asked,
): View {
  if (run.endedAt) return endedView(event.holder, event.since, run.endedAt, run.id)
  const standing = standingOf(run, attempts, gate)
  const question = standing.gate && asks(standing, standing.gate)
  const again = run.heldSince !== null && run.heldSince > event.at
  return {
    state: again
      ? say`${acknowledgedLine(run)}. ${productLine(standing)}`
      : say`${whom(event.holder)}, ${bold('still on it?')} Nothing has changed since ${clock(event.since)}. ${productLine(standing)}${
          question ? say`. ${question.state}` : ''
        }`,
    parts: [
      ...(question?.parts ?? []),
      ...(again ? [] : [note(say`The others are pinged again, unless somebody answers or acknowledges.`)]),
    ],
    actions: again ? [] : [acknowledge(run.id), ...(question?.actions ?? [])],
  }
}

/** To the one who acknowledged. `over`: who had before, and is told. */
export function acknowledgedSaid(
  { run, until, over }: { run: Run; until: Instant; over: Acknowledgement | null },
  { attempts, gate }: Pick<Calling, 'attempts' | 'gate'>,
): View {
  const standing = standingOf(run, attempts, gate)
  const question = standing.gate && asked(standing, standing.gate)
  return {
    state: say`${bold('You acknowledged')} run ${run.id}. ${productLine(standing)}. ${
      question ? say`${bold('Still to be chosen:')} ${question.state}` : 'It asks nothing now'
    }`,
    parts: [
      ...(over ? [text(overLine(over))] : []),
      ...(question?.parts ?? []),
      note(
        say`Its questions come to you. Nobody else is pinged until ${clock(until)}; then you are asked whether you are still on it.`,
      ),
    ],
    actions: question?.actions ?? [whatHappened(run.id)],
  }
}
