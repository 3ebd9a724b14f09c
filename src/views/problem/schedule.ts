import type { TimeFault } from '../../domain/problem.ts'
import { bold, code, dayAndClock, say, type Inline, type Line } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { clipped, joined, whom } from '../words/line.ts'
import { typed } from '../words/typed.ts'
import type { Wordings } from './wording.ts'

const nothingScheduled = say`Nothing was scheduled.`
/** What was typed, or its beginning. */
const quoted = (words: string): Inline => code(clipped(words, 80))

const zones = say`${code('04:00 UTC')}, ${code('04:00 +04:00')} or ${code('04:00 Europe/Zurich')}`

/** What to type instead. */
const unreadNext: Record<TimeFault, Line> = {
  nothing: say`Write e.g. ${code('thursday 04:00')}, ${code('30 Nov 4am')}, ${code('2026-11-30 04:00')} or ${code('in 2 hours')}.`,
  'no-hour': say`Write the hour with its minutes, or with am or pm: ${code('thursday 04:00')}, ${code('tomorrow 4am')}.`,
  rest: say`Write the day as ${code('thursday')}, ${code('30 Nov')} or ${code('2026-11-30')}, the hour as ${code('04:00')} or ${code('4am')}, and a zone after it as in ${zones}.`,
  end: say`Name the start alone: how long it takes is in the runbook. A zone is written as in ${zones}.`,
  'no-day': say`Write it as ${code('30 Nov')} or ${code('2026-11-30')}.`,
  weekday: say`Write the one that is right: the date, or the day of the week.`,
  zone: say`Leave it out, or name another zone, as in ${zones}.`,
}

/** Both readings, as they can be typed, and what tells them apart. */
const either = (readings: readonly string[], are: readonly string[]): Line =>
  joined(
    readings.map((at, i) => say`${code(at)} (${are[i] ?? ''})`),
    ' or ',
  )

/** Times, and what is to run at them. */
export const scheduleProblems = {
  'time-unread': ({ typed: words, why, part = '' }) => ({
    what: {
      nothing: words ? say`${quoted(words)} is no time that I can read.` : say`No time was named.`,
      'no-hour': say`${quoted(words)} names no exact hour.`,
      rest: say`I do not understand ${quoted(part)} in ${quoted(words)}.`,
      end: say`${quoted(part)} in ${quoted(words)} reads like an end.`,
      'no-day': say`${quoted(part)} is no day that I find in the calendar.`,
      weekday: say`${quoted(words)} contradicts itself: that date is ${part}.`,
      zone: say`Clocks there do not show ${quoted(part)} at that time.`,
    }[why],
    means: nothingScheduled,
    next: unreadNext[why],
  }),
  'time-past': ({ at }) => ({
    what: say`${dayAndClock(at)} is over.`,
    means: nothingScheduled,
    next: say`Name a time to come. A date without its year is the nearest one: if you mean another, write its year.`,
  }),
  'time-skipped': ({ typed: words, zone, readings }) => ({
    what: say`${quoted(words)} does not exist in ${zone}: clocks go forward over it.`,
    means: nothingScheduled,
    next: say`Write which is meant: ${either(readings, ['before the change', 'after it'])}.`,
  }),
  'time-twice': ({ typed: words, zone, readings }) => ({
    what: say`${quoted(words)} comes twice in ${zone}: clocks go back over it.`,
    means: nothingScheduled,
    next: say`Write which is meant: ${either(readings, ['the first one', 'the second one'])}.`,
  }),
  'plan-missing': ({ runbook }) => ({
    what: say`There is no open plan of ${bold(runbook)}.`,
    means: say`Nothing can be run without one.`,
    next: say`Make it, and have it approved: ${typed(`plan ${runbook}`)}.`,
  }),
  'plan-expires': ({ plan, at, start }) => ({
    what: say`The approvals of plan ${bold(plan)} end ${dayAndClock(at)}, before the start at ${dayAndClock(start)}.`,
    means: say`It could start now, and not then.`,
    next: say`Plan again within a day of the start, and have that plan approved.`,
  }),
  'schedule-none': ({ runbook }) => ({
    what: say`${bold(runbook)} is not scheduled.`,
    next: say`See what is: ${typed('calendar')}. To schedule it: ${typed(`schedule ${runbook} thursday 04:00`)}.`,
  }),
  'schedule-changed': ({ runbook, by }) => ({
    what: by
      ? say`${whom(by)} has changed the schedule of ${bold(runbook)} meanwhile.`
      : say`The schedule of ${bold(runbook)} has changed meanwhile.`,
    means: say`Nothing was done: what you confirmed was made for the schedule as it was before.`,
    next: say`Look at it as it is now, and say it again: ${typed(`schedule ${runbook}`)}.`,
  }),
  'schedule-runs': ({ runbook, run }) => ({
    what: say`${bold(runbook)} runs already, as ${bold(run)}.`,
    means: say`Its schedule cannot be changed any more. Nothing was done.`,
    next: say`See where it is: ${typed(`status ${run}`)}.`,
  }),
  'news-unwanted': ({ run, because }) => ({
    what: {
      'users-in': say`Nobody waits for news of run ${bold(run)}: users are not out.`,
      'nobody-told': say`Nobody was told of run ${bold(run)}, so nobody waits for news.`,
    }[because],
    means: say`Nothing was said.`,
    next: say`See where it is: ${typed(`status ${run}`)}.`,
  }),
  'schedule-later': ({ runbook, start, told }) => ({
    what: say`${bold(runbook)} is scheduled for ${dayAndClock(start)}, and not for now.`,
    means: say`${told ? say`${counted(told, 'address', 'addresses')} were told that time.` : say`Nobody was told yet.`} Nothing was begun.`,
    next: say`To run it now, move it first, and those who were told learn of it: ${typed(`schedule ${runbook} now`)}. Or call it off: ${typed(`schedule ${runbook} off`)}.`,
  }),
} satisfies Partial<Wordings>
