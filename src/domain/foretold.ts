import type { Instant } from './json.ts'
import { offsetOf } from './notice.ts'
import type { Runbook } from './runbook.ts'

/** What would become of a notice before the start. */
export interface Foretold {
  /** Its place in the runbook's notices. */
  place: number
  dueAt: Instant
  /**
   * `at-once`: its moment is over, and it is still true. `overtaken`: a later one for the same people is sent at once.
   * `told`: it was sent for another time; who got it is told that it moved.
   */
  will: 'later' | 'at-once' | 'overtaken' | 'told'
  /** Names of audiences: those that it would go to. */
  to: string[]
}

/**
 * What would be told before a start if it were agreed to now, in the order of its times.
 * @param made places of notices that people got for another start.
 */
export function foretell(
  { notices }: Pick<Runbook, 'notices'>,
  { start, now, made }: { start: Instant; now: Instant; made: readonly number[] },
): Foretold[] {
  const ahead = notices
    .flatMap(({ at, to }, place) => {
      const offset = offsetOf(at)
      return offset === null ? [] : [{ place, dueAt: later(start, offset), to }]
    })
    .toSorted((one, other) => one.dueAt.localeCompare(other.dueAt) || one.place - other.place)
  const reached = new Set<string>()
  return ahead
    .toReversed()
    .map(({ place, dueAt, to }): Foretold => {
      if (dueAt > now) return { place, dueAt, will: 'later', to }
      if (made.includes(place)) return { place, dueAt, will: 'told', to }
      const rest = to.filter((audience) => !reached.has(audience))
      for (const audience of rest) reached.add(audience)
      return rest.length > 0
        ? { place, dueAt, will: 'at-once', to: rest }
        : { place, dueAt, will: 'overtaken', to }
    })
    .toReversed()
}

const later = (time: Instant, ms: number): Instant => new Date(Date.parse(time) + ms).toISOString()
