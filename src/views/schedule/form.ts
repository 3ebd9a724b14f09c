import type { Foretold } from '../../domain/foretold.ts'
import type { Instant } from '../../domain/json.ts'
import { offsetOf } from '../../domain/notice.ts'
import type { Run } from '../../domain/run.ts'
import type { Runbook } from '../../domain/runbook.ts'
import type { Schedule, Window } from '../../domain/schedule.ts'
import {
  bold,
  clock,
  code,
  note,
  say,
  text,
  type Form,
  type Line,
  type Option,
  type Part,
  type RowWord,
} from '../../domain/view.ts'
import { counted, milliseconds } from '../words/amounts.ts'
import { clashLine, type Clash } from './clashes.ts'
import { databaseField } from '../forms.ts'
import { howFar } from '../words/how-far.ts'
import { whom } from '../words/line.ts'
import { planHolds, type PlanStands } from './plan-holds.ts'
import { typed } from '../words/typed.ts'
import { zonedInWords, zoneOf } from '../words/zoned.ts'

/** What is scheduled, and how many addresses were told. */
export interface Before {
  schedule: Pick<Schedule, 'window' | 'by'>
  told: number
}

/** A time, with all that is known of it before it is agreed to. */
export interface Outlook {
  runbook: Runbook
  window: Window
  now: Instant
  before: Before | null
  notices: readonly Foretold[]
  clashes: readonly Clash[]
  /** Under way on the same database. */
  running: readonly Run[]
  plan: PlanStands | null
  /** A plan that is made after it holds until the start. */
  planFrom: Instant
  /** The person's own zone; null: nobody tells. */
  own: string | null
  /** No zone was named: what is to be typed for the same hour of the person's own zone. */
  otherwise: string | null
}

const clashesShown = 5

const subject = ({ title, target }: Runbook): Line =>
  say`${bold(title)} on ${code(target.database)}${target.production ? ', production' : ''}`

/** Asks when. `own`: the zone of who is asked, where it is another one than the runbook's. */
export function whenForm(runbook: Runbook, before: Before | null, own: string | null): Form {
  const { timeZone, timeZoneName } = runbook
  const zones: Option[] = own
    ? [
        {
          value: timeZone,
          label: timeZoneName ? `${timeZoneName} (${timeZone})` : timeZone,
          hint: 'the runbook’s',
        },
        { value: own, label: own, hint: 'your own' },
      ]
    : []
  return {
    title: before ? 'Move the schedule' : 'Schedule',
    submit: 'Go on',
    parts: [
      text(say`${subject(runbook)}.`),
      ...(before ? [text(isScheduled(runbook, before))] : []),
      note(
        say`Next you read what the time means, who is told and when. Nothing is scheduled until you confirm that.`,
      ),
    ],
    fields: [
      {
        name: 'when',
        kind: 'text',
        label: 'When users are out, from',
        hint: 'E.g. thursday 04:00, 30 Nov 4am, 2026-11-30 04:00, in 2 hours. A zone may follow: 04:00 UTC',
      },
      ...(zones.length
        ? [
            {
              name: 'zone',
              kind: 'select' as const,
              label: 'Zone, if you name none',
              options: zones,
            },
          ]
        : []),
    ],
  }
}

const isScheduled = (runbook: Runbook, { schedule, told }: Before): Line =>
  say`${bold('It is scheduled')} for ${{ window: schedule.window, zone: zoneOf(runbook) }}, by ${whom(schedule.by)}. ${toldOf(told)}`

const toldOf = (told: number): string =>
  told ? `${counted(told, 'address was', 'addresses were')} told so.` : 'Nobody was told yet.'

/** Reads a time back: what it is where it is meant, in UTC and for the reader, and all that follows from it. */
export function confirmForm(outlook: Outlook): Form {
  const { runbook, before } = outlook
  return {
    title: before ? 'Move the schedule' : 'Schedule',
    submit: before ? 'Move it' : 'Schedule it',
    parts: [
      text(say`${subject(runbook)}.`),
      ...whenParts(outlook),
      text(movesLine(outlook)),
      ...toldParts(outlook),
      { part: 'rows', rows: standing(outlook) },
      text(startsLine(outlook)),
      note(say`Nothing is scheduled until you confirm it here.`),
    ],
    fields: runbook.window.startsBy === 'clock' ? [databaseField(runbook.target.database)] : [],
  }
}

function whenParts({ runbook, window, now, own, otherwise }: Outlook): Part[] {
  const zone = zoneOf(runbook)
  const utc = { window, zone: { id: 'UTC' } }
  const isUtc = [zone.id, own].some((each) => each !== null && /^(Etc\/)?(UTC|GMT)$/.test(each))
  return [
    text(say`${bold(`${runbook.product} is out:`)} ${{ window, zone }}`),
    ...(isUtc ? [] : [text(say`${bold('In UTC:')} ${zonedInWords(utc, { year: true })}`)]),
    text(
      say`${bold('That is')} ${howFar(window.start, now)}. The window is ${milliseconds(runbook.window.within)} long, as the runbook says.`,
    ),
    ...(otherwise
      ? [
          note(
            say`You named no zone: the hour is that of ${zone.name ?? zone.id}, the runbook’s. For your own, type ${typed(`schedule ${runbook.name} ${otherwise}`)}.`,
          ),
        ]
      : []),
  ]
}

function movesLine({ runbook, window, before }: Outlook): Line {
  if (!before) return say`${bold('New:')} it is not scheduled yet.`
  const { schedule, told } = before
  if (schedule.window.start === window.start)
    return say`${bold('It is scheduled for this time already')}, by ${whom(schedule.by)}. Confirming takes the runbook as its file is now.`
  return say`${bold('Moves it')} from ${{ window: schedule.window, zone: zoneOf(runbook) }}. ${
    told
      ? `${counted(told, 'address was', 'addresses were')} told that time, and ${told === 1 ? 'is' : 'are'} told the new one at once.`
      : 'Nobody was told that time yet.'
  }`
}

function toldParts({ runbook, notices }: Outlook): Part[] {
  const also = runbook.notices.flatMap(({ at, to }) =>
    at === 'start' || at === 'end' ? [eventually(at, to)] : [],
  )
  if (notices.length + also.length === 0)
    return [
      text(say`${bold('Nobody is told')} but this runbook’s channel: its ${code('notices')} are empty.`),
    ]
  return [
    text([bold('Who is told, and when:')]),
    { part: 'list', numbered: false, items: [...notices.map((each) => foretold(runbook, each)), ...also] },
  ]
}

const audiences = (to: readonly string[]): string => to.join(', ')

function foretold(runbook: Runbook, { place, dueAt, will, to }: Foretold): Line {
  const before = milliseconds(-(offsetOf(runbook.notices[place]?.at ?? '') ?? 0))
  const when = zonedInWords({ moment: dueAt, zone: zoneOf(runbook) }, { year: false })
  return {
    later: say`${when}: ${audiences(to)}`,
    'at-once': say`${bold('At once:')} ${audiences(to)}. Its time, ${before} before the start, has passed`,
    overtaken: say`Not sent, for ${audiences(to)}: the notice of ${before} before. They get a later one at once`,
    told: say`Not sent again, for ${audiences(to)}: the notice of ${before} before. They had it, and are told that it moved`,
  }[will]
}

const eventually = (at: 'start' | 'end', to: readonly string[]): Line =>
  say`${at === 'start' ? 'When users are out' : 'When users are in again'}: ${audiences(to)}`

/** What may stand in the way, and the plan. */
function standing({ runbook, window, clashes, running, plan, planFrom, now }: Outlook): {
  word: RowWord
  line: Line
}[] {
  const zone = zoneOf(runbook)
  const more = clashes.length - clashesShown
  return [
    ...clashes.slice(0, clashesShown).map((clash) => ({
      word: clash.shares === 'time' ? ('Note' as const) : ('Warning' as const),
      line: clashLine(clash),
    })),
    ...(more > 0
      ? [{ word: 'Note' as const, line: say`${more} more at the same time: ${typed('calendar 366')}` }]
      : []),
    ...running.map((run) => ({
      word: 'Note' as const,
      line: say`Run ${bold(run.id)} of ${run.plan.approved.runbook.name} is under way on this database since ${clock(run.startedAt)}: this one starts only when that has ended`,
    })),
    planHolds({ runbook: runbook.name, plan, start: window.start, from: planFrom, now, zone }),
  ]
}

const startsLine = ({ runbook }: Outlook): Line =>
  runbook.window.startsBy === 'clock'
    ? say`${bold('It starts by itself at that time')}, if a plan is approved and nothing forbids it. You type the database’s name now, since nobody does then.`
    : say`${bold('It does not start by itself.')} Operators are asked at that time, and one of them starts it.`

/** Calling a schedule off that people were told of. */
export function callOffForm(runbook: Runbook, { schedule, told }: Before, reason: string | null): Form {
  return {
    title: 'Call off the schedule',
    submit: 'Call it off',
    parts: [
      text(say`${subject(runbook)}.`),
      text(isScheduled(runbook, { schedule, told })),
      text(
        told
          ? say`${bold('They are told at once')} that it is cancelled, and that ${runbook.product} stays available${reason ? `, with your reason: “${reason}”` : ''}.`
          : say`${bold('So nobody but the channel is told')} that it does not take place${reason ? `, with your reason: “${reason}”` : ''}.`,
      ),
      note(say`A new time can be agreed on later.`),
    ],
    fields: reason
      ? []
      : [{ name: 'reason', kind: 'text', label: 'Why (those who are told read it)', optional: true }],
  }
}
