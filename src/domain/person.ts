import type { Account } from './account.ts'
import type { Instant } from './json.ts'
import type { Gone } from './absence.ts'
import type { Problem } from './problem.ts'
import type { Via } from './choice.ts'

/** Who asks. `person` is a Slack user id, also in the terminal, where the operating-system user is mapped to one. */
export interface Caller {
  person: string
  via: Via
  /** Of whoever types in a terminal. */
  account?: Account
}

/**
 * What commands ask for. `reader`: a role that may read. `approver`: any role, since the runbook's approvals name their
 * own.
 */
export type CommandRole = 'reader' | 'approver' | 'operator'

/** What Slack alone knows. It is not waited for: where it does not answer, nobody tells. */
export interface Acquaintances {
  /** The members of a user group; null where nobody tells. */
  members(group: string): Promise<string[] | null>
  /** When this person's notifications are paused, now or next; null: never, or nobody tells. */
  quietOf(person: string): Promise<Quiet | null>
  /** Why this person is not, or no longer, one of ours; null: they are, or nobody tells. */
  goneWhy(person: string): Promise<Gone | null>
  /** Whether what we say in this channel (`#name` or its id) is seen there; null: nobody tells. */
  channelState(channel: string): Promise<ChannelState | null>
}

/**
 * `in`: we are a member. `unknown`: there is none, or a private one that we are not in. `shared`: with another
 * organization, and nothing is said there.
 */
export type ChannelState = 'in' | 'not-in' | 'archived' | 'unknown' | 'shared'

/** What a directory of people knows; Slack's, joined in the bot. */
export interface Directory extends Acquaintances {
  /**
   * Whether this person may act at all, and the user groups they are in. Looked up now; where nothing is changed,
   * `reading` takes what was known within the last minute.
   */
  lookUp(person: string, about?: 'acting' | 'reading'): Promise<Standing>
  /** The time zone that this person is in, of the IANA list; null where nobody tells. */
  zoneOf(person: string): Promise<string | null>
}

/** A time in which somebody's notifications are paused: Slack's Do Not Disturb. It comes again every day, mostly. */
export interface Quiet {
  from: Instant
  until: Instant
}

const day = 86_400_000

/** The same hours on the day of this moment, if they hold it; null: notifications are not paused then. */
export function quietAt({ from, until }: Quiet, at: Instant): Quiet | null {
  const days = Math.floor((Date.parse(at) - Date.parse(from)) / day)
  const shifted = (time: Instant) => new Date(Date.parse(time) + days * day).toISOString()
  if (from <= at && at < until) return { from, until }
  return at < shifted(until) ? { from: shifted(from), until: shifted(until) } : null
}

/** Whether they are paused at this very moment: what comes every day is not guessed at. */
export const isQuiet = ({ from, until }: Quiet, at: Instant): boolean => from <= at && at < until

export type Standing = { may: true; groups: string[]; at: Instant } | { may: false; problem: Problem }
