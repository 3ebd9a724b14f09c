import type { Address } from '../../domain/delivery.ts'
import { code, say, type Line } from '../../domain/view.ts'

/** Why a message did not reach somebody, and what to do about it. */
export interface RefusedWords {
  why: Line
  next: Line
}

const yourself = 'tell them yourself'

const notThere = say`Invite it there (${code('/invite @lockkeeper')}), and ${yourself}.`
const otherChannel = say`Name another channel in the runbook, and ${yourself}.`
const otherPerson = say`Name somebody else in the runbook, and ${yourself}.`

/** By Slack's codes, and our own. */
const bySlack: Record<string, RefusedWords> = {
  channel_not_found: {
    why: ['there is no such channel, or it is private and Lockkeeper is not in it'],
    next: say`Correct it in the runbook, or invite Lockkeeper there; and ${yourself}.`,
  },
  not_in_channel: { why: ['Lockkeeper is not in that channel'], next: notThere },
  is_archived: { why: ['the channel is archived'], next: otherChannel },
  channel_is_shared: { why: ['the channel is shared with another organisation'], next: otherChannel },
  restricted_action: { why: ['who may write there is restricted'], next: otherChannel },
  person_deleted: { why: ['they have left the workspace'], next: otherPerson },
  person_guest: { why: ['they are a guest of the workspace'], next: otherPerson },
  person_stranger: { why: ['they belong to another organisation'], next: otherPerson },
  'person_other-workspace': { why: ['they are of another workspace'], next: otherPerson },
  person_bot: { why: ['that is a bot'], next: otherPerson },
  user_not_found: { why: ['Slack does not know them'], next: otherPerson },
  user_disabled: { why: ['they have left the workspace'], next: otherPerson },
  account_inactive: { why: ['they have left the workspace'], next: otherPerson },
  cannot_dm_bot: { why: ['that is a bot'], next: otherPerson },
  no_mail: {
    why: ['no mail server is configured'],
    next: say`Set ${code('SMTP_URL')}, and ${code('mail.from')} in lockkeeper.yml; and ${yourself}.`,
  },
  bug: {
    why: ['it could not be drawn: that is a fault of Lockkeeper'],
    next: say`Look into its log, and ${yourself}.`,
  },
}

/** `error`: Slack's, the mail server's (`550 5.1.1`), or our own. */
export function refusedWords(error: string | null, to: Address): RefusedWords {
  const known = bySlack[error ?? '']
  if (known) return known
  if ('mail' in to && error) {
    if (error.startsWith('5') || error === 'EENVELOPE')
      return {
        why: say`the mail server does not take it: ${code(error)}`,
        next: say`Correct the address in the runbook, and ${yourself}.`,
      }
    if (error.startsWith('4'))
      return {
        why: say`the mail server put it off for too long: ${code(error)}`,
        next: say`Ask who keeps that server, and ${yourself}.`,
      }
  }
  return { why: say`refused: ${code(error ?? 'unknown')}`, next: [`${yourself.replace(/^t/, 'T')}.`] }
}
