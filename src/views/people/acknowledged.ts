import type { Acknowledgement, Run } from '../../domain/run.ts'
import { clock, say, type Action, type Line } from '../../domain/view.ts'
import { whom } from '../words/line.ts'

// Who has a run, in the one wording of all messages: who was asked has not acknowledged.

type Held = Pick<Run, 'holder' | 'heldSince' | 'heldUntil'>

/** Whether somebody has acknowledged: nobody else is pinged for as long as that holds. */
export const isAcknowledged = ({ heldSince, heldUntil }: Pick<Held, 'heldSince' | 'heldUntil'>): boolean =>
  heldSince !== null && heldUntil !== null

/** `Acknowledged by @mei at 03:20:00`, or `Nobody has acknowledged; questions go to @asha`. */
export const acknowledgedLine = ({ holder, heldSince, heldUntil }: Held): Line =>
  heldSince && heldUntil
    ? say`Acknowledged by ${whom(holder)} at ${clock(heldSince)}`
    : say`Nobody has acknowledged; questions go to ${whom(holder)}`

/** To whoever decides over somebody's acknowledgement. */
export const overLine = ({ by, at }: Acknowledgement): Line =>
  say`${whom(by)} had acknowledged this run at ${clock(at)}, and gets a direct message that you decided.`

/** On the button of pings, and of the page behind a link in an e-mail. */
export const acknowledgeLabel: Action['label'] = 'Acknowledge'

export const acknowledge = (run: string): Action => ({
  label: acknowledgeLabel,
  says: 'Nobody else is pinged for now; questions of this run come to you',
  command: 'ack',
  input: { run },
})
