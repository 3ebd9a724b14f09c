import type { Instant } from '../../domain/json.ts'
import type { Run } from '../../domain/run.ts'
import type { Schedule } from '../../domain/schedule.ts'
import { bold, clock, code, note, say, text, type Line, type View } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { clashLine, type Clash } from './clashes.ts'
import { fitting } from '../words/fit.ts'
import { howFar } from '../words/how-far.ts'
import { joined, whom } from '../words/line.ts'
import { planHolds, type PlanStands } from './plan-holds.ts'
import { moment } from '../words/time.ts'
import { typed } from '../words/typed.ts'
import { zoneOf } from '../words/zoned.ts'

export interface CalendarEntry {
  schedule: Schedule
  /** What it became, while that is under way. */
  run: Run | null
  plan: PlanStands | null
  /** A plan that is made after it holds until the start. */
  planFrom: Instant
  clashes: readonly Clash[]
}

const shown = 20
const clashesShown = 3

/** What is scheduled in the days to come, and what runs, in the order of their times. `others`: runs without a schedule. */
export function calendarView({
  entries,
  others,
  days,
  now,
}: {
  entries: readonly CalendarEntry[]
  others: readonly Run[]
  days: number
  now: Instant
}): View {
  const last = new Date(Date.parse(now) + days * 86_400_000).toISOString()
  const within = entries.filter(({ schedule }) => schedule.window.start <= last)
  const later = entries.filter(({ schedule }) => schedule.window.start > last)
  const running = [...others, ...within.flatMap(({ run }) => run ?? [])].length
  const lines = [...others.map((run) => runLine(run, now)), ...within.map((entry) => entryLine(entry, now))]
  const coming = within.filter(({ run }) => !run).length
  return fitting({
    state: say`${bold(coming ? `${coming} scheduled` : 'Nothing is scheduled')} in the next ${counted(days, 'day')}${
      running ? say`; ${bold(counted(running, 'run'))} under way` : ''
    }`,
    parts: [
      ...(lines.length ? [{ part: 'list' as const, numbered: false, items: lines.slice(0, shown) }] : []),
      ...(lines.length > shown ? [text(say`and ${lines.length - shown} more: ${typed('calendar 1')}`)] : []),
      ...laterParts(later, now),
      ...(coming ? [] : [text(say`To schedule a runbook: ${typed('schedule RUNBOOK thursday 04:00')}`)]),
      note(say`written ${clock(now)}`),
    ],
    actions: [],
  })
}

/** What is further away is not left out unseen. */
function laterParts(later: readonly CalendarEntry[], now: Instant) {
  const [next] = later
  const until = later.at(-1)?.schedule.window.start
  if (!next || !until) return []
  const days = Math.min(366, Math.ceil((Date.parse(until) - Date.parse(now)) / 86_400_000))
  return [
    text(
      say`${counted(later.length, 'more is', 'more are')} scheduled later, the next one ${howFar(next.schedule.window.start, now)}: ${typed(`calendar ${days}`)}`,
    ),
  ]
}

function entryLine({ schedule, run, plan, planFrom, clashes }: CalendarEntry, now: Instant): Line {
  const { runbook, window, by } = schedule
  const zone = zoneOf(runbook)
  const head = say`${{ window, zone }} · ${bold(runbook.name)} · ${runbook.product} on ${code(runbook.target.database)} · by ${whom(by)}`
  const stands = run
    ? say`${bold('Now:')} run ${run.id} is under way since ${moment(run.startedAt, now)}: ${typed(`status ${run.id}`)}`
    : window.start <= now
      ? say`${bold('Its time has come')}, and nobody has started it`
      : say`${howFar(window.start, now)}. ${planHolds({ runbook: runbook.name, plan, start: window.start, from: planFrom, now, zone }).line}`
  return joined([say`${head} · ${stands}`, ...clashing(clashes)], '. ')
}

function clashing(clashes: readonly Clash[]): Line[] {
  const lines = clashes.map((clash) =>
    clash.shares === 'time' ? clashLine(clash) : say`${bold('Clash:')} ${clashLine(clash)}`,
  )
  const more = lines.length - clashesShown
  return more > 0 ? [...lines.slice(0, clashesShown), say`${more} more at the same time`] : lines
}

const runLine = ({ id, plan, startedBy, startedAt }: Run, now: Instant): Line =>
  say`${bold('Now:')} run ${id} of ${bold(plan.approved.runbook.name)} · ${plan.approved.runbook.product} on ${code(plan.approved.runbook.target.database)} · by ${whom(startedBy)}, under way since ${moment(startedAt, now)}: ${typed(`status ${id}`)}`
