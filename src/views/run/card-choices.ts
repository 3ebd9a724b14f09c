import type { Questions } from '../../domain/question.ts'
import { say } from '../../domain/view.ts'

/** The run has a break-glass card that is not in its channel, and the first service would stop. */
export const waitForCard = ({ channel }: Questions['card-undelivered'], product: string) => ({
  label: 'Wait',
  says: 'The run stays before its first stop until the card is delivered',
  does: say`the run stays before its first stop until the card is in ${{ channel }}; ${product} stays up`,
})

export const goOnWithoutCard = {
  label: 'Go on without…',
  says: 'Stops the first service without the card in the channel. Opens a form',
  does: say`stops the first service; right if somebody has the card’s file open on Lockkeeper’s host`,
}
