import {
  addressee,
  gateKeys,
  noticeKey,
  noticesBelow,
  pingsBelow,
  runKey,
  scheduleKey,
  testKey,
  type Address,
  type Shows,
} from '../domain/delivery.ts'
import type { EventContext, Planned } from './event-context.ts'
import { make } from './make.ts'
import { ofPlan, planApproved, planMade, planMeasured } from './planned-plans.ts'
import type { Event, Happened, Pinged } from '../domain/event.ts'
import { gateId, type Acknowledgement } from '../domain/run.ts'

/** Milliseconds before a start: what forbids it then is a matter of its own to whoever scheduled it. */
const soon = 3_600_000

type Table = { [K in Happened['is']]: (event: Event & { is: K }, context: EventContext) => Planned[] }

/** Every kind of event, and the messages it makes. A kind without a line does not compile. */
const table: Table = {
  'plan.made': (event, context) => [...planMade(event, context), ...ofItsSchedule(context)],
  'plan.measured': (event, context) => [...planMeasured(event), ...ofItsSchedule(context)],
  'plan.approved': (event, context) => [...planApproved(event, context), ...ofItsSchedule(context)],
  'plan.discarded': (event, context) => [...ofPlan(event), ...ofItsSchedule(context)],
  'plan.expired': (event, context) => [...ofPlan(event), ...ofItsSchedule(context)],
  'run.started': (event, context) => {
    if (!event.run) return []
    const live = make(
      event,
      runKey(event.run),
      { channel: context.channel },
      { run: event.run },
      { urgent: true, pin: true },
    )
    return [live, ...ofPlan(event)]
  },
  // Somebody may have waited for news all the while.
  'run.resumed': (event, { channel }) => {
    if (!event.run) return []
    const thread: Address = { channel, thread: runKey(event.run) }
    return [make(event, `resumed:${event.seq}`, thread, { event: event.seq }), ...ofRun(event)]
  },
  'run.cancelled': (event) => [...ofDecided(event), ...ofRun(event)],
  'step.ended': (event, context) => [...ofStep(event, context), ...ofRun(event)],
  'gate.opened': (event, context) => {
    if (!event.run) return []
    const shows = { gate: event.gate }
    const [key = '', toPerson = ''] = gateKeys(event.gate)
    const ping: Address = { channel: context.channel, thread: runKey(event.run), broadcast: true }
    return [
      make(event, key, ping, shows, { urgent: true }),
      ...(context.holder ? [make(event, toPerson, { person: context.holder }, shows, { urgent: true })] : []),
      ...ofRun(event),
    ]
  },
  'gate.left': (event) => ofGate(event),
  'gate.answered': (event) => [...ofGate(event), ...ofDecided(event)],
  'run.ended': (event, context) => {
    if (!event.run) return []
    const key = `ending:${event.run}`
    const thread = { channel: context.channel, thread: runKey(event.run) }
    return [
      make(event, key, { ...thread, broadcast: true }, { ending: event.run }, { urgent: true }),
      make(event, `${key}/files`, thread, { ending: event.run }, { sends: 'files' }),
      { unpin: runKey(event.run) },
      // What it took back is not on the database any more.
      ...(context.takesBack ? [{ refresh: [`ending:${context.takesBack}`, runKey(context.takesBack)] }] : []),
      // Who had it has it no longer.
      ...ofCalls([event.run]),
      ...ofRun(event),
      ...ofPlan(event),
    ]
  },
  'run.escalated': (event, { channel }) =>
    event.run
      ? [
          make(event, event.alarm, { channel, thread: runKey(event.run) }, { event: event.seq }),
          ...ofCalls(event.also),
          ...ofRun(event),
        ]
      : [],
  'step.late': (event) => ofRun(event),
  // Those before say who is next.
  'alarm.pinged': (event, context) => [
    ...ofCalls([...(event.also ?? []), event.alarm]),
    ...ofCall(event, context, event.alarm, event.people, event.inChannel, event),
  ],
  'call.failed': (event, { channel }) =>
    event.run
      ? [
          make(
            event,
            `${pingsBelow(event.alarm)}${event.seq}`,
            { channel, thread: runKey(event.run), broadcast: true },
            { event: event.seq },
            { urgent: true },
          ),
        ]
      : [],
  'alarm.closed': (event) => ofCalls([event.alarm]),
  'run.taken': (event, context) => [
    ...ofCalls(event.alarms),
    ...(event.gate ? [{ refresh: gateKeys(event.gate) }] : []),
    // Who had it learns that questions go to somebody else.
    ...ofCall(event, context, event.gate ?? event.run, event.from === event.by ? [] : [event.from], true),
  ],
  'hold.lapsed': (event, context) => [
    ...ofCalls(event.alarms),
    ...ofCall(event, context, event.gate ?? event.run, [event.holder], true),
  ],
  'reach.tested': (event, { channel, told }) => [
    make(event, testKey(event.test), { channel }, { test: event.test }),
    ...told.map((to) =>
      make(event, testKey(event.test, to), to, { test: event.test, to: addressee(to) }, { urgent: true }),
    ),
  ],
  'reach.answered': (event) => [
    { refresh: [testKey(event.test), testKey(event.test, { person: event.by })] },
  ],
  'schedule.made': (event, { channel }) => [
    make(event, scheduleKey(event.schedule), { channel }, { schedule: event.schedule }),
    ...ofSchedule(event),
  ],
  'schedule.moved': (event, { channel }) => ofNews(event, channel),
  // What became of a run is said by the run.
  'schedule.over': (event, { channel }) =>
    event.as === 'missed' || event.as === 'called-off' ? ofNews(event, channel) : ofSchedule(event),
  // Near the start somebody has to do something about it.
  'schedule.ready': (event, { channel, holder }) => [
    ...ofNews(event, channel),
    ...(event.problem && event.before <= soon && holder ? [ofNewsTo(event, holder)] : []),
  ],
  'schedule.asks': (event, { channel, holder }) => [
    ...ofNews(event, channel, true),
    ...(holder ? [ofNewsTo(event, holder)] : []),
  ],
  'schedule.started': (event) => ofSchedule(event),
  'notice.made': (event, { told }) => [
    // What was told before says what has changed.
    { refreshBelow: noticesBelow(event.schedule) },
    ...told.map((to) => make(event, noticeKey(event.notice, to), to, { notice: event.notice })),
    ...ofSchedule(event),
  ],
  'news.owed': (event) => [ofNewsTo(event, event.person)],
  'access.changed': (event, { told }) => ofAccess(event, told),
  'access.refused': (event, { told }) => ofAccess(event, told),
}

/** The messages that an event makes or changes. Pure: the same event leads to the same, however often it is asked. */
export function deliveriesOf(event: Event, context: EventContext): Planned[] {
  const line = table[event.is] as (event: Event, context: EventContext) => Planned[]
  return line(event, context)
}

/**
 * A step's message in the thread. One that failed or asks makes none, its gate says it; neither does one with nothing
 * to do, the live message has its reason. The card is first in the thread, with its file.
 */
function ofStep(event: Event & { is: 'step.ended' }, { channel, step }: EventContext): Planned[] {
  if (!event.run) return []
  const thread: Address = { channel, thread: runKey(event.run) }
  // What was ticked at the gate before is told there.
  const before: Planned[] =
    event.attempt > 1 ? [{ refresh: gateKeys(gateId(event.run, event.step, event.attempt - 1)) }] : []
  if (event.outcome.status !== 'done') return before
  if (step !== 'card')
    return [
      ...before,
      make(event, `step:${gateId(event.run, event.step, event.attempt)}`, thread, { event: event.seq }),
    ]
  const shows = { card: event.run }
  return [
    ...before,
    make(event, `card:${event.run}`, thread, shows, { urgent: true }),
    make(event, `card:${event.run}/files`, thread, shows, { urgent: true, sends: 'files' }),
  ]
}

/**
 * A message in the channel, which links to the question that is open there, and one to each of these people, below what
 * it is about: edited when that changes. What is sent by e-mail stays as it was; a pager is told what is changed.
 */
function ofCall(
  event: Event,
  { channel }: EventContext,
  about: string | null,
  people: readonly string[],
  inChannel: boolean,
  { mail = [], webhooks = [] }: Pick<Pinged, 'mail' | 'webhooks'> = {},
): Planned[] {
  if (!event.run || !about) return []
  const key = `${pingsBelow(about)}${event.seq}`
  const shows: Shows = { event: event.seq }
  const there: Address = { channel, thread: runKey(event.run), broadcast: true }
  return [
    ...(inChannel ? [make(event, key, there, { ...shows, linked: true }, { urgent: true })] : []),
    ...people.map((person) => make(event, `${key}:dm:${person}`, { person }, shows, { urgent: true })),
    ...mail.map((address) =>
      make(event, `${key}:mail:${address}`, { mail: address }, { ...shows, to: address }, { urgent: true }),
    ),
    ...webhooks.map((role) => make(event, `${key}:pager:${role}`, { pager: role }, shows, { urgent: true })),
    ...ofRun(event),
  ]
}

/** The messages that called people for these; for a run: all of it. */
const ofCalls = (alarms: readonly string[] = []): Planned[] =>
  alarms.map((alarm) => ({ refreshBelow: pingsBelow(alarm) }))

const ofGate = (event: Event & { gate: string }): Planned[] => [
  { refresh: gateKeys(event.gate) },
  { refreshBelow: pingsBelow(event.gate) },
  ...ofRun(event),
]

/** To whoever had acknowledged a run that somebody else decided about. */
const ofDecided = (event: Event & { over?: Acknowledgement }): Planned[] =>
  event.over
    ? [make(event, `decided:${event.seq}`, { person: event.over.by }, { event: event.seq }, { urgent: true })]
    : []

/** The message of a schedule, and what was said below it: what asks no longer does once somebody has started it. */
const ofSchedule = (event: { schedule: string }): Planned[] => {
  const key = scheduleKey(event.schedule)
  return [{ refresh: [key] }, { refreshBelow: `${key}/` }]
}

type OfSchedule = Event & { schedule: string }

/** What happened to a schedule, told to the whole channel, below the schedule's own message. */
const ofNews = (event: OfSchedule, channel: string, urgent = false): Planned[] => {
  const key = scheduleKey(event.schedule)
  const to = { channel, thread: key, broadcast: true }
  return [...ofSchedule(event), make(event, `${key}/${event.seq}`, to, { event: event.seq }, { urgent })]
}

/** What concerns who may do what, told in every channel of a runbook. */
const ofAccess = (event: Event, told: EventContext['told']): Planned[] =>
  told.map((to) =>
    make(event, `access:${event.seq}:${addressee(to)}`, to, { event: event.seq }, { urgent: true }),
  )

const ofNewsTo = (event: OfSchedule, person: string): Planned => {
  const key = `${scheduleKey(event.schedule)}/${event.seq}:dm`
  return make(event, key, { person }, { event: event.seq }, { urgent: true })
}

const ofRun = (event: Event): Planned[] => (event.run ? [{ refresh: [runKey(event.run)] }] : [])

/** What a schedule's messages say of the plan has changed. */
const ofItsSchedule = ({ schedule }: EventContext): Planned[] => (schedule ? ofSchedule({ schedule }) : [])
