import type { Instant } from './json.ts'
import type { Session } from './session.ts'

/** What a look at the cause of an open question found. `unseen`: it could not look. `sessions`: those that are still there. */
export interface Seen {
  cause: 'there' | 'gone' | 'unseen'
  sessions?: Session[]
}

/** The newest look. `since`: when the cause was first found to be so. */
export interface Look extends Seen {
  at: Instant
  since: Instant
}
