import type { Invitation } from './invitation.ts'

/** A letter as the page shows it: its text alone, so that nothing of it is run or fetched. */
export interface Letter {
  /** Where it stands among all letters, from 1. */
  id: string
  messageId: string
  /** The Message-ID of the letter that it answers. */
  answers: string | null
  from: string
  to: string
  subject: string
  text: string
  /** When it came, ISO. */
  at: string
  invitation: Invitation | null
}
