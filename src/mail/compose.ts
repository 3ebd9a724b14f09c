import { createHash } from 'node:crypto'
import MailComposer from 'nodemailer/lib/mail-composer'
import type { MailConfig } from '../config-mail.ts'
import type { Letter } from '../domain/letter.ts'
import { clipped } from '../views/words/line.ts'
import { lineText, type Writing } from '../views/words/plain.ts'
import { htmlOf } from './html.ts'
import { calendarOf, domainOf } from './invitation.ts'
import { textOf } from './text.ts'

/** A letter as it goes over the wire. */
export interface Composed {
  /** Its Message-ID, in angle brackets. */
  id: string
  envelope: { from: string; to: string[] }
  bytes: Buffer
}

/** Characters of a subject: what mail clients show of it, and more. */
const longestSubject = 200

/** Text, HTML and, where it has one, an invitation: as an alternative, for clients that ask, and as a file. */
export async function compose(
  { to, key, madeAt, view, follows, invitation }: Letter,
  { from, replyTo }: Pick<MailConfig, 'from' | 'replyTo'>,
  people: (id: string) => string,
): Promise<Composed> {
  const writing: Partial<Writing> = { person: people }
  const id = messageId(`${key} ${madeAt}`, domainOf(from))
  const text = textOf(view, writing)
  const mail = new MailComposer({
    messageId: id,
    from,
    to,
    ...(replyTo && { replyTo }),
    subject: clipped(lineText(view.state, writing), longestSubject),
    text,
    html: htmlOf(view, writing),
    ...(follows && { inReplyTo: follows, references: follows }),
    ...(invitation && {
      icalEvent: {
        method: invitation.method,
        filename: 'invite.ics',
        content: calendarOf(invitation, to, from, text),
      },
    }),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const bytes = await mail.compile().build()
  return { id, envelope: { from: from.address, to: [to] }, bytes }
}

/**
 * The same for the same delivery, so that a letter which is sent again is known to be a repeat. When it was made counts
 * too: another store, begun anew, has the same keys.
 */
const messageId = (delivery: string, domain: string): string =>
  `<${createHash('sha256').update(delivery).digest('hex').slice(0, 40)}@${domain}>`
