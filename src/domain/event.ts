import type { AccessChange } from './access-rules.ts'
import type { Account } from './account.ts'
import type { Via } from './choice.ts'
import type { Timed } from './escalation.ts'
import type { Instant } from './json.ts'
import type { OnCall } from './on-call.ts'
import type { Outcome } from './outcome.ts'
import type { Answer } from './question.ts'
import type { Problem } from './problem.ts'
import type { Acknowledgement, Ending, LeftAs } from './run.ts'
import type { Over, Window } from './schedule.ts'

/** What happened, append-only: the audit trail, and what messages are made from. Kinds are added, never changed. */
export type Event = {
  seq: number
  at: Instant
  by: string
  /** How it was asked for; null: nobody asked, or it was not recorded then. */
  via?: Via | null
  account?: Account | null
  run: string | null
  plan: string | null
} & Happened

export type Happened =
  /** `asks`: who may approve it. */
  | { is: 'plan.made'; asks?: string[] }
  /** It was made again, and nothing had changed but what was measured. */
  | { is: 'plan.measured'; asks?: string[] }
  | { is: 'plan.approved'; says: string }
  | { is: 'plan.discarded' }
  /** Its approvals hold no longer, and nobody ran it. */
  | { is: 'plan.expired' }
  | { is: 'run.started' }
  /** Another life of the bot took the run over; it was away in between. */
  | { is: 'run.resumed'; step: string; lastSeen: Instant }
  /** `over`: who had acknowledged the run, and is told that somebody else decided. */
  | { is: 'run.cancelled'; over?: Acknowledgement }
  | { is: 'step.ended'; step: string; attempt: number; outcome: Outcome }
  | { is: 'gate.opened'; gate: string }
  | { is: 'gate.left'; gate: string }
  | { is: 'gate.answered'; gate: string; answer: Answer; over?: Acknowledgement }
  /** `settled`: undo entries of a run that people undid, as far as they were open. */
  | { is: 'run.ended'; ending: Ending; settled?: string[]; leftAs?: LeftAs }
  /** Somebody calls for help. `also`: what else people are called for. */
  | { is: 'run.escalated'; alarm: string; also?: string[]; reason: string; critical: boolean }
  | { is: 'step.late'; alarm: string; step: string; attempt: number; expectedSeconds: number }
  | Pinged
  /** A ping did not arrive; `goesOn`: not yet, it is tried again. `to`: a person, an address, or a contact's role. */
  | {
      is: 'call.failed'
      alarm: string
      by: 'slack' | 'mail' | 'pager'
      to: string
      error: string
      goesOn: boolean
      /** Of the ping. */
      delivery?: string
    }
  | { is: 'alarm.closed'; alarm: string }
  /** Acknowledged. `from`: whom questions went to before. `gate`, `alarms`: those that are open. */
  | { is: 'run.taken'; from: string; until: Instant; gate: string | null; alarms: string[] }
  /** Nothing changed while somebody had it: others are pinged again. */
  | { is: 'hold.lapsed'; holder: string; since: Instant; gate: string | null; alarms: string[] }
  /** Whether those whom a runbook calls are reached is tried. */
  | { is: 'reach.tested'; test: string }
  /** Somebody got what a test sent. */
  | { is: 'reach.answered'; test: string }
  | { is: 'schedule.made'; schedule: string }
  | { is: 'schedule.moved'; schedule: string; from: Window }
  | { is: 'schedule.over'; schedule: string; as: Over }
  /** Whether it could start now, told at a time before the start. */
  | { is: 'schedule.ready'; schedule: string; before: number; problem: Problem | null }
  /** Its time has come, and a person is asked to start it. `late`: again. `problem`: why it does not start by itself. */
  | { is: 'schedule.asks'; schedule: string; late: boolean; problem: Problem | null }
  | { is: 'schedule.started'; schedule: string; run: string }
  | { is: 'notice.made'; schedule: string; notice: string }
  /** People will be told that users are still out; whoever has the run may say more before. */
  | { is: 'news.owed'; schedule: string; person: string; at: Instant }
  /** A bot recorded other rules of who may do what than those before. */
  | {
      is: 'access.changed'
      version: number
      changes: AccessChange[]
      host: string
      user: string
      file: string
    }
  /** Somebody typed in a terminal with another configuration than the recorded one; nothing was done. */
  | { is: 'access.refused'; version: number; file: string; changes: AccessChange[] }

export interface Pinged {
  is: 'alarm.pinged'
  alarm: string
  /** What else people are called for: those messages name who is next, too. */
  also?: string[]
  /** In the order of their times: places in the runbook's escalation, and when each was due. */
  steps: Timed[]
  /** Who gets a direct message. */
  people: string[]
  /** Who has the same question from us already. */
  asked: string[]
  /** User groups that nobody told the members of. */
  untold: string[]
  /** Whether the channel is told too: not where the question itself is new there. */
  inChannel: boolean
  /** E-mail addresses that it is sent to. */
  mail?: string[]
  /** Contacts whose webhook is called. */
  webhooks?: string[]
  /** Of the people: whose notifications were paused at that moment. */
  paused?: string[]
  /** Who was on call at that moment, by contact. */
  onCall?: ({ contact: string } & OnCall)[]
  /** Contacts of which nobody knew who is on call. */
  lost?: Problem<'on-call-unknown'>[]
  /** Places of steps that come before their time, since nobody of the step before is known. */
  early?: number[]
}
