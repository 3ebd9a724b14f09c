import { casual } from 'chrono-node/en'
import { Temporal } from 'temporal-polyfill'
import type { TimeFault } from '../domain/problem.ts'

/** What is wrong with a day. `part`: the word that is not known, or the day that it is in truth. */
export interface DayFault {
  why: TimeFault
  part: string
}

/** Words that name one day to everybody. Chrono finds something in `next thursday`, `11/12` and `a few days`, too. */
const calendar = new Set(
  [
    'mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday',
    'jan january feb february mar march apr april may jun june jul july aug august sep sept september',
    'oct october nov november dec december today tomorrow of',
  ].flatMap((names) => names.split(' ')),
)
const numbered = /^(?:\d{1,2}(?:st|nd|rd|th)?|\d{4})$/

function isOfCalendar(word: string): boolean {
  const bare = (word.endsWith('.') ? word.slice(0, -1) : word).toLowerCase()
  return calendar.has(bare) || numbered.test(bare)
}

/** A day with its weekday, its number, its month and its year, and the words between them. */
const mostWords = 8

/** How the end of a window begins. */
const until = /^([-–]|to$|till$|until$)/i
/** The one way of a date that is read alone; beside other words it is these that are not understood. */
const iso = /^\d{4}-\d{2}-\d{2}$/
const fromToday = /^in (?:\d{1,3}|an?) (?:days?|weeks?)$/i

const tokensOf = (words: string): string[] => words.split(/[\s,]+/).filter(Boolean)

/** Whether somebody may have meant a day or an hour by it. */
export const isAboutTime = (words: string): boolean =>
  fromToday.test(words) || tokensOf(words).some((word) => /\d/.test(word) || isOfCalendar(word))

/**
 * The day that is named, or the days: of `thursday`, and of no day at all, the first at which the hour is still to come
 * is meant.
 * @param today where the day is meant.
 */
export function daysIn(words: string, today: Temporal.PlainDate): Temporal.PlainDate[] | DayFault {
  const week = [0, 1, 2, 3, 4, 5, 6, 7].map((days) => today.add({ days }))
  if (!words) return week
  if (iso.test(words)) return isoDay(words)
  const others = fromToday.test(words) ? [] : tokensOf(words).filter((word) => !isOfCalendar(word))
  const unknown = others.find((word) => !iso.test(word)) ?? others[0]
  if (unknown) return { why: until.test(unknown) ? 'end' : 'rest', part: unknown }
  const none: DayFault = { why: 'no-day', part: words }
  // `30 Nov 26` and `26 Nov 30`: which is the year?
  if (tokensOf(words).length > mostWords) return none
  if (tokensOf(words).filter((word) => /^\d{1,2}\D*$/.test(word)).length > 1) return none
  // A leap day without its year is no day to chrono in other years.
  const found = chronoIn(words, today) ?? chronoIn(words, today.with({ year: nextLeapYear(today), day: 1 }))
  if (!found) return none
  const weekday = found.isCertain('weekday') ? found.get('weekday') || 7 : null
  if (found.isCertain('day')) {
    const [year, month, day] = [found.get('year') ?? 0, found.get('month') ?? 0, found.get('day') ?? 0]
    const date = found.isCertain('year')
      ? Temporal.PlainDate.from({ year, month, day })
      : nearest({ month, day }, today)
    return date ? onWeekday(date, weekday) : none
  }
  return weekday && !found.isCertain('month') ? week.filter(({ dayOfWeek }) => dayOfWeek === weekday) : none
}

/**
 * What chrono makes of all the words, and of no part of them alone. It is given noon, which no clock skips, and no hour:
 * it counts in the zone of this process, and finds no day where that skips the hour that is meant elsewhere.
 */
function chronoIn(words: string, today: Temporal.PlainDate) {
  const instant = new Date(Date.UTC(today.year, today.month - 1, today.day, 12))
  const [found, ...more] = casual.parse(words, { instant, timezone: 0 })
  const isAll = found && more.length === 0 && !found.end && spread(found.text) === spread(words)
  return isAll ? found.start : null
}

const spread = (words: string): string => tokensOf(words.replaceAll('.', ' ')).join(' ').toLowerCase()

const nextLeapYear = ({ year }: Temporal.PlainDate): number => year + ((4 - (year % 4)) % 4)

/** Who means one that is further away names its year. A leap day may be further away. */
function nearest(
  { month, day }: { month: number; day: number },
  today: Temporal.PlainDate,
): Temporal.PlainDate | undefined {
  const distance = (date: Temporal.PlainDate) => Math.abs(today.until(date, { largestUnit: 'day' }).days)
  return [-1, 0, 1]
    .map((years) => new Temporal.PlainYearMonth(today.year + years, month))
    .filter(({ daysInMonth }) => day <= daysInMonth)
    .map((inMonth) => inMonth.toPlainDate({ day }))
    .toSorted((one, other) => distance(one) - distance(other))[0]
}

function isoDay(written: string): Temporal.PlainDate[] | DayFault {
  try {
    return [Temporal.PlainDate.from(written)]
  } catch {
    return { why: 'no-day', part: written }
  }
}

/** A date that was named with its day of the week has to be on it. */
function onWeekday(date: Temporal.PlainDate, weekday: number | null): Temporal.PlainDate[] | DayFault {
  if (!weekday || date.dayOfWeek === weekday) return [date]
  const options = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
  return { why: 'weekday', part: date.toLocaleString('en-GB', options).replace(',', '') }
}
