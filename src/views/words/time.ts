import type { Inline } from '../../domain/view.ts'
import type { Instant } from '../../domain/json.ts'

export const secondsBetween = (from: Instant, to: Instant): number =>
  (Date.parse(to) - Date.parse(from)) / 1000

export const secondsAfter = (from: Instant, seconds: number): Instant =>
  new Date(Date.parse(from) + seconds * 1000).toISOString()

/** A moment that a reader may see days later names its day; within half a day of `seen` the clock is enough. */
export const moment = (time: Instant, seen?: Instant): Inline => ({
  time,
  as: seen && Math.abs(secondsBetween(time, seen)) < 12 * 3600 ? 'clock' : 'day and clock',
})

/**
 * A moment in words for where nothing can be drawn: `03:01:12 UTC`, `Thu 13 Nov 2025, 03:01:12 UTC`. Other zones are
 * named as the platform's time zone data does, e.g. `GMT+4`.
 */
export function timeInWords(time: Instant, as: 'clock' | 'day and clock', timeZone = 'UTC'): string {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    ...(as === 'day and clock' && { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  }).formatToParts(new Date(time))
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? ''
  const clock = `${get('hour')}:${get('minute')}:${get('second')} ${get('timeZoneName')}`
  return as === 'clock' ? clock : `${get('weekday')} ${get('day')} ${get('month')} ${get('year')}, ${clock}`
}
