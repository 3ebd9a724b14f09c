import type { Address, PagerAddress } from './delivery.ts'
import type { Instant } from './json.ts'
import type { Problem } from './problem.ts'
import type { Runbook } from './runbook.ts'

/** Somebody or something that a test is sent to, once, for all contacts of the escalation that lead there. */
export interface TestTarget {
  contacts: string[]
  to: Exclude<Address, { channel: string }> | PagerAddress
}

/** Whether those whom an escalation calls are reached: tried at a moment, by somebody. */
export interface ReachTest {
  /** E.g. `add-security-enhancements/3`. */
  id: string
  number: number
  /** As it was then. */
  runbook: Runbook
  targets: TestTarget[]
  /** Contacts of which nobody knew who is on call. */
  lost: Problem<'on-call-unknown'>[]
  /** User groups that are empty, or that nobody tells the members of. */
  untold: string[]
  by: string
  at: Instant
  /** Oldest first. */
  answers: { person: string; at: Instant }[]
}

/** The people whose answers count. */
export const askedPeople = ({ targets }: Pick<ReachTest, 'targets'>): string[] =>
  targets.flatMap(({ to }) => ('person' in to ? [to.person] : []))

/** How what was sent to one of them went. */
export interface Tried {
  to: TestTarget['to']
  state: 'due' | 'sending' | 'unsure' | 'sent' | 'refused'
  /** Slack's, the mail server's or the pager's. */
  error: string | null
}
