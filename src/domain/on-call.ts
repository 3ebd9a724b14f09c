/** Who is on call at a moment, as somebody else tells it. */
export interface OnCall {
  /** Slack user ids. */
  people: string[]
  /** E-mail addresses. */
  mail: string[]
}

/** Why nobody knows who is on call. What was said instead is never part of it. */
export type OnCallFault =
  | { is: 'ended'; exitCode: number | null; signal: string | null }
  | { is: 'late'; seconds: number }
  /** E.g. `503`, `no connection (ECONNREFUSED)`. */
  | { is: 'answered'; saw: string }
  | { is: 'unset'; variable: string }
  | { is: 'nobody' }
  /** Something that is neither a Slack user id nor an e-mail address. */
  | { is: 'unread' }
