import type { Instant } from './json.ts'
import type { View } from './view.ts'

/** Where a message goes. A thread is named by the delivery whose message began it. */
export type Address = { channel: string; thread?: string; broadcast?: boolean } | { person: string }

/** What to show: rendered when it is sent, so that an outage ends in one message of the latest state. */
export type Shows =
  | { plan: string }
  | { planDetails: string }
  | { run: string }
  | { event: number }
  | { card: string }
  | { gate: string }
  | { ending: string }

/** Something on its way to a channel or a person. */
export interface Delivery {
  /** E.g. `run:7F3A-1`, `gate:7F3A-1/drain/1:dm`. One message each. */
  key: string
  to: Address
  shows: Shows
  /** The message in its channel, once it is there. */
  sentAs: SentAs | null
  /** It was being sent when its process died: nobody knows whether it arrived. */
  unsure: boolean
}

/** Slack's channel and timestamp of a message. */
export type SentAs = { channel: string; ts: string }

export type Sent =
  | { sent: SentAs }
  /** Final: this delivery cannot be made. `why` is Slack's error code. */
  | { refused: string }
  /** Not now; the same later. */
  | { later: Instant; why: string }
  /** No answer came: it may have arrived. */
  | { unsure: true }

/** What the pump needs of Slack. A method that the server lacks costs its feature: `false`. */
export interface Channel {
  post(to: ResolvedAddress, view: View, delivery: string): Promise<Sent>
  update(message: SentAs, view: View, delivery: string): Promise<Sent>
  upload(to: ResolvedAddress, files: readonly UploadedFile[]): Promise<Sent | { lacks: true }>
  pin(message: SentAs, pinned: boolean): Promise<boolean>
}

export type ResolvedAddress = { channel: string; threadTs?: string; broadcast?: boolean } | { person: string }

export type UploadedFile = { name: string; title: string; content: string }
