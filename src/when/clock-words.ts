import { Temporal } from 'temporal-polyfill'
import type { Instant } from '../domain/json.ts'
import { isEverCalled, knownOffset, knownZone, type NamedZone } from './zones.ts'

/** What is assumed where somebody did not name a zone, and the names that are known. */
export interface Here {
  /** Of the IANA list: where times without a zone are meant. */
  zone: string
  /** How people call zones, e.g. `MUT`: of the IANA list by name. */
  zoneNames?: Readonly<Record<string, string>>
  now: Instant
}

/** The hour that was named. `day`: all that is left of the words. */
export interface Clock {
  time: Temporal.PlainTime
  /** Null: none was named. */
  zone: NamedZone | null
  day: string
}

/** `04:00`, `4:00 pm`, `4am`. An hour alone, `4`, is two hours of a day: it is not read. */
const clock =
  /(?<![\d:.])(?:(?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:\.\d{1,9})?)?(?: ?(?<half>[ap])\.?m\b\.?)?|(?<bare>\d{1,2}) ?(?<bareHalf>[ap])\.?m\b\.?)(?![\d:])/i

/**
 * Null: no hour is named. `wrong`: what is there instead of one.
 * @param words with one blank between two of them
 */
export function clockIn(words: string, here: Here): Clock | { wrong: string } | null {
  const found = clock.exec(words)
  if (!found?.groups) return null
  const { hour, minute = '00', second = '00', half, bare, bareHalf } = found.groups
  const time = timeOf(Number(hour ?? bare), Number(minute), half ?? bareHalf)
  // Users are told minutes.
  if (!time || Number(second) > 0) return { wrong: found[0] }
  const before = words.slice(0, found.index).replace(/(?<=\d)t$/i, '')
  const { zone, rest } = zoneFirstIn(words.slice(found.index + found[0].length), before, here)
  return { time, zone, day: bared(`${bared(before)} ${bared(rest)}`) }
}

function timeOf(hour: number, minute: number, half: string | undefined): Temporal.PlainTime | null {
  if (minute > 59 || hour > 23 || (half && (hour < 1 || hour > 12))) return null
  const inHalf = half ? (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) : hour
  return new Temporal.PlainTime(inHalf, minute)
}

/** Without the words that join a day and an hour. */
function bared(words: string): string {
  const rest = trimmed(words)
  const from = /^(?:on|at)\b/i.test(rest) ? 2 : 0
  const to = /\b(?:at|on)$/i.test(rest) ? rest.length - 2 : rest.length
  return trimmed(rest.slice(from, to))
}

/** Without the blanks and commas at its ends. */
function trimmed(words: string): string {
  const isBlank = (at: number): boolean => words[at] === ' ' || words[at] === ','
  let [from, to] = [0, words.length]
  while (from < to && isBlank(from)) from++
  while (from < to && isBlank(to - 1)) to--
  return words.slice(from, to)
}

/** The zone right after an hour. Another word is left: whoever reads the day says what of it is unknown. */
function zoneFirstIn(after: string, before: string, here: Here): { zone: NamedZone | null; rest: string } {
  const [all, offset, place] =
    /^ ?(z\b|(?:utc|gmt)? ?[+-]\d{1,2}(?::?\d{2})?(?!\d)|utc\b|gmt\b)? ?(\[[^\]]*\])?/i.exec(after) ?? []
  const id = place ? knownZone(place.slice(1, -1)) : null
  const shift = offset && offsetOf(offset, before)
  if (all && (offset || place) && (!place || id) && (!offset || shift)) {
    const zone = { id: id ?? (shift || 'UTC'), ...(id && shift && { offset: shift }) }
    return { zone, rest: after.slice(all.length) }
  }
  const [named, name = ''] = /^[\s,]*([a-z][a-z0-9_+/-]*)/i.exec(after) ?? []
  const zone = name ? zoneCalled(name, here) : null
  return zone && named ? { zone, rest: after.slice(named.length) } : { zone: null, rest: after }
}

/** After an hour in words a minus may begin the end of a window: there it needs `UTC` before it. */
function offsetOf(written: string, before: string): string | null {
  const at = written.search(/[+-]/)
  if (at === -1) return '+00:00'
  const sign = written.slice(at)
  if (sign.startsWith('-') && !/^\s?(utc|gmt)/i.test(written) && !/\d{4}-\d{2}-\d{2}\s*$/.test(before))
    return null
  return knownOffset(sign)
}

function zoneCalled(name: string, { zone, zoneNames = {}, now }: Here): NamedZone | null {
  const known = Object.entries(zoneNames).find(([each]) => each.toLowerCase() === name.toLowerCase())
  if (known) return { id: known[1] }
  if (name.includes('/')) {
    const id = knownZone(name)
    return id ? { id } : null
  }
  const id = [zone, ...Object.values(zoneNames)].find((each) => isEverCalled(each, name, now))
  return id ? { id, called: name } : null
}
