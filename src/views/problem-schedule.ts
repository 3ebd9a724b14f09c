import { bold, code, dayAndClock, say } from '../domain/view.ts'
import { counted } from './amounts.ts'
import { whom } from './line.ts'
import { typed } from './typed.ts'
import type { Wordings } from './wording.ts'

/** Times, and what is to run at them. */
export const scheduleProblems = {
  'time-unread': ({ typed: words, why }) => ({
    what: {
      nothing: say`${code(words)} is no time that I can read.`,
      'no-hour': say`${code(words)} names a day without an hour.`,
      rest: say`Part of ${code(words)} is no time that I can read.`,
    }[why],
    means: say`Nothing was scheduled.`,
    next: say`Write e.g. ${code('thursday 04:00')}, ${code('2026-11-13 04:00')} or ${code('2026-11-13T00:00Z')}.`,
  }),
  'time-past': ({ at }) => ({
    what: say`${dayAndClock(at)} is over.`,
    means: say`Nothing was scheduled.`,
    next: say`Name a time to come.`,
  }),
  'time-skipped': ({ typed: words, zone, readings }) => ({
    what: say`${code(words)} does not exist in ${zone}: the clock goes forward over it.`,
    means: say`Nothing was scheduled.`,
    next: say`Write which is meant: ${readings.flatMap((at, i) => [i ? ' or ' : '', code(at)])}.`,
  }),
  'time-twice': ({ typed: words, zone, readings }) => ({
    what: say`${code(words)} comes twice in ${zone}: the clock goes back over it.`,
    means: say`Nothing was scheduled.`,
    next: say`Write which is meant: ${readings.flatMap((at, i) => [i ? ' or ' : '', code(at)])}.`,
  }),
  'schedule-none': ({ runbook }) => ({
    what: say`${bold(runbook)} is not scheduled.`,
    next: say`See what is: ${typed('calendar')}.`,
  }),
  'schedule-changed': ({ runbook, by }) => ({
    what: by
      ? say`${whom(by)} has changed the schedule of ${bold(runbook)} meanwhile.`
      : say`The schedule of ${bold(runbook)} has changed meanwhile.`,
    means: say`Nothing was done.`,
    next: say`Look at it, and say it again: ${typed(`schedule ${runbook}`)}.`,
  }),
  'schedule-runs': ({ runbook, run }) => ({
    what: say`${bold(runbook)} runs already, as ${bold(run)}.`,
    means: say`Its schedule cannot be changed any more. Nothing was done.`,
    next: say`See where it is: ${typed(`status ${run}`)}.`,
  }),
  'schedule-later': ({ runbook, start, told }) => ({
    what: say`${bold(runbook)} is scheduled for ${dayAndClock(start)}, and not for now.`,
    means: say`${told ? say`${counted(told, 'address', 'addresses')} were told that time.` : say`Nobody was told yet.`} Nothing was begun.`,
    next: say`To run it now, move it first, and those who were told learn of it: ${typed(`schedule ${runbook} in 5 minutes`)}. Or call it off: ${typed(`schedule ${runbook} off`)}.`,
  }),
} satisfies Partial<Wordings>
