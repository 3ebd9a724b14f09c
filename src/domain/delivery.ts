import type { Instant } from './json.ts'
import type { View } from './view.ts'

/** Where a message goes. A thread is named by the delivery whose message began it; `mail` is an e-mail address. */
export type Address =
  | { channel: string; thread?: string; broadcast?: boolean }
  | { person: string }
  | { mail: string }

/** The other pager of a contact, by its role in the runbook. */
export type PagerAddress = { pager: string }

/** Who or what is meant: what tells addresses apart. */
export const addressee = (to: Address | PagerAddress): string =>
  'pager' in to ? to.pager : 'mail' in to ? to.mail : 'person' in to ? to.person : to.channel

/** What to show: rendered when it is sent, so that an outage ends in one message of the latest state. */
export type Shows =
  | { plan: string }
  | { planDetails: string }
  /** A plan, to somebody who may approve it. */
  | { approval: string; of: string }
  | { run: string }
  /** With `to`, as this addressee is to read it; `linked`: an open question by a link to its message. */
  | { event: number; to?: string; linked?: true }
  | { card: string }
  | { gate: string }
  | { ending: string }
  | { schedule: string }
  | { notice: string }
  /** What a test of who is reached came to; with `to`, what this addressee is told. */
  | { test: string; to?: string }
  /** What waits in one channel, to those whom it is about. */
  | { undelivered: string }

/** The delivery that shows a plan, and the live message of a run and of a schedule. */
export const planKey = (plan: string): string => `plan:${plan}`
export const runKey = (run: string): string => `run:${run}`
export const scheduleKey = (schedule: string): string => `schedule:${schedule}`

/** The messages that ask a gate's question: in the channel, and to the one whom the run's questions go to. */
export const gateKeys = (gate: string): string[] => [`gate:${gate}`, `gate:${gate}:dm`]

/** The messages that ask people to approve a plan; with a person, theirs. */
export const approvalKey = (plan: string, person = ''): string => `${planKey(plan)}/ask:${person}`

/** How the messages begin that call people, by what they are called for. */
export const pingsBelow = (alarm: string): string => `ping:${alarm}/`

/** The message of a test of who is reached, and the one to somebody whom it tries. */
export const testKey = (test: string, to?: Address | PagerAddress): string =>
  to ? `test:${test}/${addressee(to)}` : `test:${test}`

/** The message by which somebody is told a notice, and how those of a whole schedule begin. */
export const noticeKey = (notice: string, to: Address | PagerAddress): string =>
  `notice:${notice}:${addressee(to)}`
export const noticesBelow = (schedule: string): string => `notice:${schedule}/`

/** Something on its way to a channel or a person. */
export interface Delivery {
  /** E.g. `run:7F3A-1`, `gate:7F3A-1/drain/1:dm`. One message each. */
  key: string
  to: Address | PagerAddress
  shows: Shows
  /** `files`: what belongs to the view, in one upload. */
  sends: 'message' | 'files'
  /** When it happened: what is sent late says so. */
  madeAt: Instant
  /** Where it is, once it is there. */
  sentAs: SentAs | null
  /** It was being sent when its process died: nobody knows whether it arrived. */
  unsure: boolean
}

/** Slack's channel and timestamp of a message. */
export type InSlack = { channel: string; ts: string }

/** Where a message is, or the Message-ID of a letter: that cannot be changed any more; or that a pager took it. */
export type SentAs = InSlack | { mail: string } | { pager: string }

export type Sent =
  | { sent: InSlack }
  /** Final: this delivery cannot be made. It is Slack's error code, or our own. */
  | { refused: string }
  /** People can mend it, and it is tried again. `everywhere`: nothing at all is taken, whatever it is. */
  | { waits: string; everywhere: boolean }
  /** Not now; the same later. `busy`: too much of this kind to this place; otherwise nothing gets through. */
  | { later: Instant; why: string; busy: boolean }
  /** No answer came: it may have arrived. */
  | { unsure: string }

/** What the pump needs of Slack. A method that the server lacks costs its feature: `lacks`, `false`. */
export interface Channel {
  post(to: ResolvedAddress, view: View, delivery: string): Promise<Sent>
  /** `to`: whom the message was for. */
  update(message: InSlack, to: ResolvedAddress, view: View, delivery: string): Promise<Sent>
  /** Takes a message of ours away. False: it is still there, or was taken away before. */
  remove(message: InSlack): Promise<boolean>
  /** One upload of all files. Slack tells no timestamp of it: `sent` names the thread, or has an empty `ts`. */
  upload(
    to: ResolvedAddress,
    files: readonly UploadedFile[],
    comment?: string,
  ): Promise<Sent | { lacks: true }>
  pin(message: InSlack, pinned: boolean): Promise<boolean>
}

export type ResolvedAddress = { channel: string; threadTs?: string; broadcast?: boolean } | { person: string }

export type UploadedFile = { name: string; title: string; content: string }
