import type { SentAs } from './delivery.ts'
import type { Instant } from './json.ts'
import type { Window } from './schedule.ts'
import type { View } from './view.ts'

/** A message to an e-mail address. */
export interface Letter {
  to: string
  /** The delivery that it is, and when that was made: the same letter, sent again, has the same Message-ID. */
  key: string
  madeAt: Instant
  view: View
  /** Message-ID of the letter that it belongs below. */
  follows: string | null
  invitation: Invitation | null
}

/** An entry in the calendar of who gets it. */
export interface Invitation {
  /** Its schedule's: what is sent later replaces it. */
  id: string
  madeAt: Instant
  /** `cancel` takes it out again. */
  method: 'request' | 'cancel'
  /** Higher than that of what it replaces. */
  sequence: number
  title: string
  window: Window
}

/** What became of a letter. `why`: the server's codes, `550 5.1.1`, or one of the connection, `ECONNREFUSED`. */
export type Posted =
  /** The server has it and answers for it. */
  | { sent: Extract<SentAs, { mail: string }> }
  /** Final: the server does not take it. `says`: its words, for the log alone. */
  | { refused: string; says: string }
  /** Not now: this one, or none at all. */
  | { later: 'this'; why: string; says: string }
  | { later: 'all'; why: string; says: string; because: Outage }
  /** All of it was sent, and no answer came: it may have arrived. */
  | { unsure: true; why: string }

/** Why no letter goes out. `locked-out`: our user, our password or our sender is not taken. */
export type Outage = 'away' | 'locked-out' | 'not-encrypted'

/** What the pump needs of a mail server. */
export interface Mailer {
  /** Every fault of the server or of the way to it is a value. One at a time. */
  send(letter: Letter): Promise<Posted>
  /** Lets go of the connection. */
  close(): void
}
