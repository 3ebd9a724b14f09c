import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../domain/json.ts'
import { nameThen, type NamedZone } from './zones.ts'

/** What clocks in a zone may mean by a date and an hour. */
export interface Readings {
  /** One; two where the clock goes back over it; none where it goes forward over it. */
  shown: Temporal.ZonedDateTime[]
  /** Those two, or what somebody may mean who names an hour that is skipped: before the change, and after it. */
  around: Temporal.ZonedDateTime[]
}

export function readingsOf(local: Temporal.PlainDateTime, zone: NamedZone): Readings {
  const around = (['earlier', 'later'] as const).map((disambiguation) =>
    local.toZonedDateTime(zone.id, { disambiguation }),
  )
  const [earlier, later] = around
  const shown = around.filter(
    (at, i) => at.toPlainDateTime().equals(local) && (i === 0 || !earlier || !later?.equals(earlier)),
  )
  return { shown, around }
}

/** Whether clocks there then show what somebody named beside the hour. */
export const isAsNamed = (at: Temporal.ZonedDateTime, { offset, called }: NamedZone): boolean =>
  (!offset || at.offset === offset) &&
  (!called || nameThen(at.timeZoneId, at.toInstant()).toLowerCase() === called.toLowerCase())

/** As it can be typed: `2026-10-25 02:30 +02:00`. */
export const typeable = (at: Temporal.ZonedDateTime): string =>
  `${at.toPlainDate().toString()} ${at.toPlainTime().toString({ smallestUnit: 'minute' })} ${at.offset}`

/** The same by the clock of its zone: `2026-11-30 04:00 Europe/Zurich`. */
export const typeableIn = (at: Instant, zone: string): string => {
  const there = Temporal.Instant.from(at).toZonedDateTimeISO(zone)
  return `${typeable(there).slice(0, -there.offset.length)}${zone}`
}
