import type { Instant } from '../../domain/json.ts'
import type { Runbook } from '../../domain/runbook.ts'
import type { Zone, Zoned } from '../../domain/view.ts'

/** Where a runbook's times are meant. */
export const zoneOf = ({ timeZone, timeZoneName }: Pick<Runbook, 'timeZone' | 'timeZoneName'>): Zone => ({
  id: timeZone,
  name: timeZoneName,
})

/** As clocks in a zone show a moment. */
interface Shown {
  /** E.g. `Thursday 13 November`, and its year where it is asked for. */
  day: string
  /** `04:00`. */
  clock: string
  /** `MUT`, `CEST`, `GMT+4`. */
  zone: string
}

/**
 * Where it is meant, and in the zone of who reads it, whose day is named where it is another one:
 * `Thursday 13 November 2026, 04:00–04:30 MUT (00:00–00:30 UTC)`. A window over midnight names both days.
 */
export function zonedText(told: Zoned, reader = 'UTC'): string {
  const meant = zonedInWords(told, { year: true })
  if (told.zone.id === reader || !isKnown(told)) return meant
  const read = { ...told, zone: { id: reader } }
  const times = momentsOf(told).map((at) => shown(at, read.zone))
  const sameDay = momentsOf(told).every((at, i) => shown(at, told.zone).day === times[i]?.day)
  if ('day' in told) return sameDay ? meant : `${meant} (${times[0]?.day} ${times[0]?.zone})`
  return `${meant} (${sameDay ? clocks(times) : zonedInWords(read, { year: false })})`
}

/** Where it is meant alone: `Thursday 13 November, 04:00–04:30 MUT`, the day as `Thursday 13 November`. */
export function zonedInWords(told: Zoned, { year }: { year: boolean }): string {
  if (!isKnown(told)) return momentsOf(told).join('–')
  const times = momentsOf(told).map((at) => shown(at, told.zone, year))
  const [start, end] = times
  if (!start || 'day' in told) return start?.day ?? ''
  if (!end || !isOverMidnight(told)) return `${start.day}, ${clocks(times)}`
  return `${start.day}, ${clockBefore(start, end)} – ${end.day}, ${clocks([end])}`
}

/** Whether it ends on another day than it began, where it is meant. */
export function isOverMidnight(told: Zoned): boolean {
  if (!isKnown(told)) return false
  const [start, end] = momentsOf(told).map((at) => shown(at, told.zone, true).day)
  return end !== undefined && end !== start
}

/** The moments that it consists of: one, or start and end. */
export function momentsOf(told: Zoned): Instant[] {
  if ('window' in told) return [told.window.start, told.window.end]
  return 'moment' in told ? [told.moment] : [told.day]
}

/** A view is drawn whatever it holds. */
const isKnown = (told: Zoned): boolean => momentsOf(told).every((at) => Number.isFinite(Date.parse(at)))

/** `04:00–04:30 MUT`; both zones where the clock is changed in between. */
function clocks(times: readonly Shown[]): string {
  const [start, end] = times
  if (!start) return ''
  return end ? `${clockBefore(start, end)}–${end.clock} ${end.zone}` : `${start.clock} ${start.zone}`
}

const clockBefore = (start: Shown, end: Shown): string =>
  start.zone === end.zone ? start.clock : `${start.clock} ${start.zone}`

function shown(at: Instant, zone: Zone, year = false): Shown {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone.id,
    hourCycle: 'h23',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).formatToParts(new Date(at))
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? ''
  return {
    day: `${get('weekday')} ${get('day')} ${get('month')}${year ? ` ${get('year')}` : ''}`,
    clock: `${get('hour')}:${get('minute')}`,
    zone: zone.name ?? get('timeZoneName'),
  }
}
