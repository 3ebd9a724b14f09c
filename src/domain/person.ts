import type { Instant } from './json.ts'
import type { Problem } from './problem.ts'
import type { Via } from './choice.ts'

/** Who asks. `person` is a Slack user id, also in the terminal, where the operating-system user is mapped to one. */
export interface Caller {
  person: string
  via: Via
}

/** Roles that commands ask for. A runbook's approvals name roles of the configuration. */
export type CommandRole = 'anyone' | 'operator'

/** What a directory of people knows; Slack's, joined in the bot. */
export interface Directory {
  /**
   * Whether this person may act at all, and the user groups they are in. Looked up now; where nothing is changed,
   * `reading` takes what was known within the last minute.
   */
  lookUp(person: string, about?: 'acting' | 'reading'): Promise<Standing>
  /** The members of a user group; null where nobody tells. */
  members(group: string): Promise<string[] | null>
}

export type Standing = { may: true; groups: string[]; at: Instant } | { may: false; problem: Problem }
