import type { Instant } from '../domain/json.ts'
import type { About, Notice, Withheld } from '../domain/notice.ts'
import { justNow, readyAt, startsEarly, type Schedule } from '../domain/schedule.ts'

/** What of a run decides what people are told. */
export interface RunStands {
  holder: string
  windowBegan: Instant | null
  /** Users are in again since. */
  backAt: Instant | null
  ended: boolean
  /** The migration is on the database. Null: users were let in although nobody knows. */
  applied: boolean | null
  /** It asks, and saw that people undid everything: nobody is told any more that users are out. */
  isSeenUndone?: boolean
  /** It takes a migration back. */
  isRollback: boolean
}

export interface Looked {
  schedule: Schedule
  notices: readonly Notice[]
  run: RunStands | null
  /** Milliseconds before its start at which it is to be begun. */
  lead: number
}

/** What is to be done for a schedule at this moment. */
export type Due =
  | { do: 'tell'; notice: Notice }
  /** A notice of the runbook that has no time: its place there. */
  | { do: 'tell-place'; place: number; about: About }
  /** To everybody who was told something else, but those whom the runbook has other words for. */
  | { do: 'tell-rest'; about: About }
  /** Users are out once more, to take back what they were told of: to all who were. */
  | { do: 'tell-again' }
  | { do: 'withhold'; notice: Notice; why: Withheld }
  | { do: 'ready'; before: number }
  | { do: 'ask'; late: boolean }
  | { do: 'miss' }
  /** Its run ended before users were out. */
  | { do: 'unbind' }
  /** Users are out from now on. */
  | { do: 'begin' }
  /** Whoever has the run is told by when people wait for news. */
  | { do: 'owe'; at: Instant }
  | { do: 'promise'; at: Instant }
  | { do: 'end'; as: 'done' | 'unchanged' | 'unsure' }

/** Milliseconds after its start at which somebody is asked again to start it. */
const askAgainAfter = 10 * 60_000

/** Milliseconds before news that was promised at which its owner is reminded. */
const owedBefore = 5 * 60_000

const readyMark = (before: number): string => `ready/${before}`
export const marks = { ready: readyMark, asked: 'asked', askedAgain: 'asked again', began: 'began' } as const
export const owedMark = (at: Instant): string => `owed/${at}`

const after = (time: Instant, ms: number): Instant => new Date(Date.parse(time) + ms).toISOString()

/**
 * What is due, in the order in which it is to be done. Pure: the same facts lead to the same, whatever process asks, and
 * what was done is among the facts of the next look.
 */
export function dueOf(looked: Looked, now: Instant): Due[] {
  const { schedule, run } = looked
  if (schedule.over) return []
  if (!run) return beforeRun(looked, now)
  if (!run.windowBegan) return run.ended ? [{ do: 'unbind' }] : []
  const began = schedule.marks.includes(marks.began) ? [] : beginning(looked)
  if (run.backAt) return [...began, ...ending(looked, run)]
  if (began.length > 0) return began
  // Somebody ended it while users are out: nobody knows when there is more to tell.
  return run.ended ? [{ do: 'end', as: 'unsure' }] : overrunning(looked, now)
}

function beforeRun({ schedule, notices, lead }: Looked, now: Instant): Due[] {
  const { window } = schedule
  const has = (mark: string): boolean => schedule.marks.includes(mark)
  if (now >= window.end) return [{ do: 'miss' }]
  const pending = notices.filter(({ at, dueAt }) => at === null && dueAt <= now)
  const isOver = now >= after(window.start, justNow)
  const reached = readyAt.filter((before) => now >= after(window.start, -before)).at(-1)
  const again = now >= after(window.start, askAgainAfter)
  const asks = now >= after(window.start, -lead) && !has(again ? marks.askedAgain : marks.asked)
  return [
    // What comes later tells more: whoever is meant by both gets that alone.
    ...pending
      .toReversed()
      .map((notice): Due => (isOver ? { do: 'withhold', notice, why: 'too-late' } : { do: 'tell', notice })),
    ...(now < window.start && reached !== undefined && !has(marks.ready(reached))
      ? [{ do: 'ready', before: reached } as const]
      : []),
    ...(asks ? [{ do: 'ask', late: again } as const] : []),
  ]
}

const placesAt = ({ runbook }: Schedule, at: 'start' | 'end'): number[] =>
  runbook.notices.flatMap((notice, place) => (notice.at === at ? [place] : []))

function beginning({ schedule, notices, run }: Looked): Due[] {
  const late = notices.filter(({ at }) => at === null)
  return [
    { do: 'begin' },
    ...late.map((notice): Due => ({ do: 'withhold', notice, why: 'too-late' })),
    // After an outage that was longer than the window nobody is told any more that it has begun.
    ...(run?.backAt
      ? []
      : placesAt(schedule, 'start').map((place): Due => ({
          do: 'tell-place',
          place,
          about: { is: 'start', ...(run?.isRollback && { takenBack: true }) },
        }))),
    ...(run?.isRollback && !run.backAt ? [{ do: 'tell-again' } as const] : []),
  ]
}

function ending({ schedule }: Looked, { applied, isRollback }: RunStands): Due[] {
  if (applied)
    return [
      ...placesAt(schedule, 'end').map((place): Due => ({ do: 'tell-place', place, about: { is: 'end' } })),
      { do: 'tell-rest', about: { is: 'end' } },
      { do: 'end', as: 'done' },
    ]
  if (applied === null)
    return [
      { do: 'tell-rest', about: { is: 'unchanged', takenBack: false, unsure: true } },
      { do: 'end', as: 'unsure' },
    ]
  return [
    { do: 'tell-rest', about: { is: 'unchanged', takenBack: isRollback } },
    { do: 'end', as: 'unchanged' },
  ]
}

function overrunning({ schedule, notices, run }: Looked, now: Instant): Due[] {
  if (run?.isSeenUndone || notices.every(({ to }) => to.length === 0)) return []
  const promised = schedule.newsAt ?? schedule.window.end
  if (now >= promised) {
    const news = after(now, schedule.runbook.window.news)
    return [
      { do: 'tell-rest', about: { is: 'overrun', news, says: null } },
      { do: 'promise', at: news },
    ]
  }
  const owed = now >= after(promised, -owedBefore) && !schedule.marks.includes(owedMark(promised))
  return owed ? [{ do: 'owe', at: promised }] : []
}

/** When something may be due next, before it runs; then that depends on the run. */
export function nextLook({ schedule, notices }: Pick<Looked, 'schedule' | 'notices'>, now: Instant): Instant {
  const { start, end } = schedule.window
  // When it is to be begun depends on a plan that may still be made.
  if (now >= after(start, -startsEarly) && now < start) return now
  const times = [
    ...notices.flatMap(({ at, dueAt }) => (at ? [] : [dueAt])),
    ...readyAt.map((before) => after(start, -before)),
    after(start, -startsEarly),
    start,
    after(start, askAgainAfter),
    end,
  ]
  return times.filter((time) => time > now).sort()[0] ?? now
}
