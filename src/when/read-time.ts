import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../domain/json.ts'
import type { TimeFault } from '../domain/problem.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { clockIn, type Here } from './clock-words.ts'
import { daysIn, isAboutTime } from './day-words.ts'
import { durationIn } from './duration-words.ts'
import { isAsNamed, readingsOf, typeable } from './readings.ts'
import type { NamedZone } from './zones.ts'

/** A moment that somebody named. `assumed`: by a clock of a zone that they did not name. */
export interface TimeRead {
  at: Instant
  assumed: boolean
}

/**
 * Reads a time to come: `2026-11-30 04:00`, with a zone or without, `thursday 04:00`, `30 Nov 4am`, `in 2 hours`; or `now`,
 * the minute that has begun. What could be meant in two ways is refused: nothing is scheduled by a guess. Fails with the codes that begin with `time-`.
 */
export function readTime(typed: string, here: Here): Result<TimeRead> {
  const words = typed.replace(/\s+/g, ' ').trim()
  const now = Temporal.Instant.from(here.now)
  if (/^now$/i.test(words)) return ok({ at: atMinute(now, 'floor'), assumed: false })
  const wait = durationIn(words)
  if (wait) return ok({ at: atMinute(now.add(wait), 'ceil'), assumed: false })
  const clock = clockIn(words, here)
  if (!clock) return unread(words, isAboutTime(words) ? 'no-hour' : 'nothing')
  if ('wrong' in clock) return unread(words, 'rest', clock.wrong)
  const zone = clock.zone ?? { id: here.zone }
  const days = daysIn(clock.day, now.toZonedDateTimeISO(zone.id).toPlainDate())
  if ('why' in days) return unread(words, days.why, days.part)
  const locals = days.map((day) => day.toPlainDateTime(clock.time))
  const at = firstToCome(words, locals, zone, now)
  return at.ok ? ok({ at: at.value, assumed: !clock.zone }) : at
}

const unread = (typed: string, why: TimeFault, part?: string) =>
  failure({ code: 'time-unread', typed, why, ...(part && { part }) })

/** Users are told minutes. */
const atMinute = (at: Temporal.Instant, roundingMode: 'floor' | 'ceil'): Instant =>
  instantOf(at.round({ smallestUnit: 'minute', roundingMode }))

const instantOf = (at: Temporal.Instant): Instant => new Date(at.epochMilliseconds).toISOString()

/** The moment at which clocks of a zone show the first of these that is still to come. */
function firstToCome(
  typed: string,
  locals: readonly Temporal.PlainDateTime[],
  zone: NamedZone,
  now: Temporal.Instant,
): Result<Instant> {
  const isToCome = (at: Temporal.ZonedDateTime) => Temporal.Instant.compare(at.toInstant(), now) > 0
  const all = locals.map((local) => readingsOf(local, zone))
  const readings = all.find(({ around }) => around.some(isToCome)) ?? all.at(-1)
  const [earliest] = readings?.around ?? []
  if (!readings || !earliest) throw new Error('a day has readings')
  const { shown, around } = readings
  if (!around.some(isToCome)) return failure({ code: 'time-past', at: instantOf(earliest.toInstant()) })
  const meant = { typed, zone: zone.id, readings: around.map(typeable) }
  if (shown.length === 0) return failure({ code: 'time-skipped', ...meant })
  const [at, other] = shown.filter((each) => isAsNamed(each, zone))
  if (!at) return unread(typed, 'zone', zone.called ?? zone.offset ?? zone.id)
  if (other) return failure({ code: 'time-twice', ...meant })
  return isToCome(at)
    ? ok(instantOf(at.toInstant()))
    : failure({ code: 'time-past', at: instantOf(at.toInstant()) })
}
