import type { Instant } from './json.ts'

/** What a run took and must give back. Planned before the window, marked as taken before the effect, settled after the undo. */
export type Debt = {
  target: string
  run: string
  plannedAt: Instant
  takenAt: Instant | null
  settledAt: Instant | null
} & Owed

export type Owed =
  /** `was`: how many instances ran, so that as many are started again, and which process that was, where it is one. */
  | { owes: 'service'; what: string; was: { instances: number; process?: string } }
  /** `was`: the database's ACL as it stood; null is PostgreSQL's default (PUBLIC may connect). */
  | { owes: 'access'; what: string; was: { acl: string[] | null } }
  | { owes: 'release'; what: string; was: { version: string } }
