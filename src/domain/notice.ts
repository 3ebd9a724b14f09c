import type { Address } from './delivery.ts'
import type { Instant } from './json.ts'
import type { Window } from './schedule.ts'

/** What an announcement says. */
export type About =
  /** A time before the start, as the runbook has it. */
  | { is: 'ahead' }
  /** Users are out; `takenBack`: once more, to take the change back. */
  | { is: 'start'; takenBack?: true }
  /** Users are in again, and the change was made. */
  | { is: 'end' }
  /** Users are in again, and it was not; or, `takenBack`, it was taken back; or, `unsure`, nobody knows. */
  | { is: 'unchanged'; takenBack: boolean; unsure?: true }
  | { is: 'moved'; from: Window }
  /** `missed`: nobody called it off, and nobody started it. */
  | { is: 'called-off'; reason: string | null; missed: boolean }
  /** Still out. `news`: when more is said; `says`: what somebody has to say now. */
  | { is: 'overrun'; news: Instant; says: string | null }

/** Why an announcement was not made. */
export type Withheld =
  /** A later one for the same people was due as well. */
  | 'superseded'
  /** Its moment is over: users were out already, or in again. */
  | 'too-late'
  | 'called-off'
  /** Its audience has nobody. */
  | 'nobody'

/** An announcement: one that is to be made, was made, or was withheld. */
export interface Notice {
  /** Its schedule's id and a number: `add-security-enhancements@2/3`. */
  id: string
  schedule: string
  /** Its place in the schedule's `runbook.notices`; null: in our own words. */
  place: number | null
  about: About
  /** The window that it tells. */
  window: Window
  dueAt: Instant
  /** Null: it is still to be made. */
  at: Instant | null
  withheld: Withheld | null
  /** Who it went to, once it is made. */
  to: Address[]
  /** User groups that nobody tells the members of, or that are empty. */
  untold: string[]
}

const units = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Milliseconds from the start (negative: before it) of a notice's `at`, or null: not at a time, e.g. `end`. */
export function offsetOf(at: string): number | null {
  const [, number, unit] = /^-(\d+)([mhd])$/.exec(at) ?? []
  return number && unit ? -Number(number) * units[unit as keyof typeof units] : null
}

/** What a notice's `at` makes it. */
export const kindOf = (at: string): About['is'] => (offsetOf(at) === null ? (at as About['is']) : 'ahead')

/** Those that follow what was told before: they go to everybody who was. */
export const follows = (kind: About['is']): boolean => !['ahead', 'start', 'end'].includes(kind)

/** The schedule that a notice belongs to, by the notice's id. */
export const scheduleOfNotice = (notice: string): string => notice.slice(0, notice.lastIndexOf('/'))
