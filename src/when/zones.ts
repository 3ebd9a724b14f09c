import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../domain/json.ts'

/** A zone as somebody named it. */
export interface NamedZone {
  /** Of the IANA list, or an offset such as `+04:00`. */
  id: string
  /** What clocks there must show then as well: an offset, or a name such as `CEST`. Neither is chosen by us. */
  offset?: string
  called?: string
}

/** Its name as the IANA list spells it, or null where there is none. `EST5EDT` and other old names count too. */
export function knownZone(name: string): string | null {
  try {
    // Bare offsets are zones to Intl; here they are read apart.
    return /^[+-]/.test(name)
      ? null
      : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

/** `+04:00` of `+4`, `+04`, `+0400` or `+04:00`; null where there is no such offset. */
export function knownOffset(written: string): string | null {
  const [, sign, hours = '', minutes = '00'] = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(written) ?? []
  // Clocks differ from UTC by 14 hours at most.
  if (!sign || Number(hours) > 14 || Number(minutes) > 59) return null
  return `${sign}${hours.padStart(2, '0')}:${minutes}`
}

/** What clocks in a zone show beside the hour at a moment, in English: `CEST`, `GMT+4`. */
export function nameThen(zone: string, at: Temporal.Instant): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    at.epochMilliseconds,
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Whether clocks in a zone are ever called so in the year around a moment. */
export const isEverCalled = (zone: string, name: string, at: Instant): boolean =>
  [0, 3, 6, 9].some((quarter) => {
    const then = Temporal.Instant.from(at).add({ hours: quarter * 91 * 24 })
    return nameThen(zone, then).toLowerCase() === name.toLowerCase()
  })
