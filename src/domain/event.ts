import type { Instant } from './json.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './question.ts'
import type { Ending } from './run.ts'

/** What happened, append-only: the audit trail, and what messages are made from. Kinds are added, never changed. */
export type Event = {
  seq: number
  at: Instant
  by: string
  run: string | null
  plan: string | null
} & Happened

export type Happened =
  | { is: 'plan.made' }
  | { is: 'plan.approved'; says: string }
  | { is: 'plan.discarded' }
  | { is: 'run.started' }
  /** Another life of the bot took the run over; it was away in between. */
  | { is: 'run.resumed'; step: string; lastSeen: Instant }
  | { is: 'run.cancelled' }
  | { is: 'step.ended'; step: string; attempt: number; outcome: Outcome }
  | { is: 'gate.opened'; gate: string }
  | { is: 'gate.left'; gate: string }
  | { is: 'gate.answered'; gate: string; answer: Answer }
  | { is: 'run.ended'; ending: Ending }
