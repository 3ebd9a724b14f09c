import type { Instant } from './json.ts'
import type { Runbook } from './runbook.ts'

/** When users are told that they are out: from the first stop to the end of the runbook's window. */
export interface Window {
  start: Instant
  end: Instant
}

/** A migration that is to run at a time, and what people were told of it. One open one a runbook. */
export interface Schedule {
  /** E.g. `add-security-enhancements@2`. */
  id: string
  /** As it was when it was scheduled: its notices are what is told. Scheduling again takes the file as it is then. */
  runbook: Runbook
  window: Window
  /** How often it was moved: messages and invitations of before are older. */
  moves: number
  /** Who scheduled it last. */
  by: string
  madeAt: Instant
  /** False: a run that nobody had scheduled, so nobody was told before. */
  ahead: boolean
  /** The run that it became. */
  run: string | null
  /** The time for which the next news was promised. */
  newsAt: Instant | null
  /** What operators were told already. */
  marks: string[]
  over: { as: Over; at: Instant; by: string; reason: string | null } | null
}

/**
 * `unchanged`: users were out, and the change was not made. `unsure`: they were let in although nobody knows whether it
 * was. `missed`: nobody started it.
 */
export type Over = 'done' | 'unchanged' | 'unsure' | 'called-off' | 'missed'

/** Milliseconds before the start at which operators are told whether it could start. */
export const readyAt = [24 * 3_600_000, 3_600_000, 600_000] as const

/** The end that is promised for a start. */
export const windowFrom = (start: Instant, { window }: Pick<Runbook, 'window'>): Window => ({
  start,
  end: new Date(Date.parse(start) + window.within).toISOString(),
})

/** Milliseconds before its start from which a scheduled run may be started: people were told that time. */
export const startsEarly = 15 * 60_000

/**
 * Milliseconds before its start at which a person is asked to start it, or the clock does: what comes before users are
 * out, and a minute for whoever is asked.
 */
export const leadFor = (preparationSeconds: number): number =>
  Math.min(startsEarly, Math.ceil(preparationSeconds / 60) * 60_000 + 60_000)

/**
 * Milliseconds for which a start is not over: `now` is the minute that has begun, and what is read back takes a while to
 * be read. What people are told before a start is true as long.
 */
export const justNow = 3 * 60_000

/** Whether it is too soon to start it. */
export const isTooSoon = ({ window }: Pick<Schedule, 'window'>, now: Instant): boolean =>
  Date.parse(window.start) - Date.parse(now) > startsEarly

/** Two windows that share a moment. */
export const overlap = (one: Window, other: Window): boolean => one.start < other.end && other.start < one.end
