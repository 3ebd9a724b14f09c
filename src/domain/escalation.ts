import type { Instant } from './json.ts'
import type { Runbook } from './runbook.ts'

/** Why people are called. */
export type Cause =
  /** A gate waits for a decision. */
  | { is: 'gate'; gate: string }
  /** A step takes longer than was planned for it. */
  | { is: 'late'; step: string; attempt: number; expectedSeconds: number }
  /** Somebody calls for help. */
  | { is: 'called'; by: string; reason: string }

/**
 * People are called, one step of the runbook's escalation after another, until somebody answers or acknowledges. One a gate, a
 * late attempt and a call; a gate's has the gate's id.
 */
export interface Alarm {
  id: string
  run: string
  cause: Cause
  /** Said by whoever called: the runbook's steps for critical business impact count too. */
  critical: boolean
  openedAt: Instant
  /** The clock of its steps runs from here: what somebody had it for does not count. */
  since: Instant
  /** Places of the steps that were pinged, in the runbook's escalation. */
  pinged: number[]
  closedAt: Instant | null
}

/** Milliseconds for which an acknowledgement keeps the others from being pinged while nothing changes. */
export const holdsFor = 15 * 60_000

export type EscalationStep = Runbook['escalation'][number]
export type Contact = Runbook['contacts'][number]

/** What decides which times of a step count. */
export interface Situation {
  critical: boolean
  /** Users are out. */
  isOut: boolean
}

/** Milliseconds from the alarm's beginning to this step, or null: not in this situation. */
export function delayOf(step: EscalationStep, { critical, isOut }: Situation): number | null {
  const usual = isOut ? (step.whileOut ?? step.after) : step.after
  const delays = [usual, critical ? step.whenCritical : undefined].filter((each) => each !== undefined)
  return delays.length ? Math.min(...delays) : null
}

/** A step of an escalation with the moment it comes at. */
export interface Timed {
  place: number
  at: Instant
}

/** Milliseconds for which who was pinged for what is open is not pinged again by a call for help. */
export const pingHolds = 5 * 60_000

/**
 * Steps that are due and were not pinged, and the next one to come; in the order of their times. Of a run's open alarms,
 * oldest first, the last one is in force. Those before it rest, but whom they would have pinged sooner is not pinged later.
 */
export function escalationAt(
  steps: readonly EscalationStep[],
  alarms: readonly Pick<Alarm, 'since' | 'pinged' | 'critical'>[],
  isOut: boolean,
  now: Instant,
): { due: Timed[]; next: Timed | null } {
  const open = steps
    .flatMap((step, place) => {
      if (alarms.at(-1)?.pinged.includes(place)) return []
      const times = alarms.flatMap(({ since, pinged, critical }) => {
        const delay = delayOf(step, { critical, isOut })
        return delay === null || pinged.includes(place) ? [] : [Date.parse(since) + delay]
      })
      return times.length === 0 ? [] : [{ place, at: new Date(Math.min(...times)).toISOString() }]
    })
    .sort((a, b) => a.at.localeCompare(b.at) || a.place - b.place)
  return { due: open.filter(({ at }) => at <= now), next: open.find(({ at }) => at > now) ?? null }
}

/** The contact that a step names; a runbook whose steps name others is refused when it is read. */
export const contactOf = (
  { contacts, escalation }: Pick<Runbook, 'contacts' | 'escalation'>,
  place: number,
): Contact => {
  const role = escalation[place]?.contact ?? `step ${place + 1}`
  return contacts.find((contact) => contact.role === role) ?? { role, informed: false }
}

/** Seconds more than planned that are nobody's business at night. */
const trifle = 60

/**
 * When a step is late: what was planned for it, and the seconds after which people are told. That is twice the plan's
 * estimate, and a minute more than it; where there is none, a minute after the step should have failed by its own limit.
 * One that waits until its limit (drain) has it for its plan: at its end it asks, and nobody is called twice.
 */
export function lateness(
  estimate: number | null,
  { limit, waits }: { limit: number; waits: boolean },
): { expectedSeconds: number; after: number } {
  if (estimate === null) return { expectedSeconds: limit, after: limit + trifle }
  const expectedSeconds = waits ? Math.max(estimate, limit) : estimate
  return { expectedSeconds, after: Math.max(2 * expectedSeconds, expectedSeconds + trifle) }
}
