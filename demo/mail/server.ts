import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'
import { readInvitation } from './invitation.ts'
import type { Letter } from './letter.ts'

/** A mail server on this machine, which takes every letter and passes none on. */
export interface MailServer {
  /** For the bot: `SMTP_URL`. */
  url: string
  close(): Promise<void>
}

/** Bytes of a letter. */
const longest = 1_000_000

export async function startMailServer(take: (letter: Letter) => void): Promise<MailServer> {
  let taken = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: longest,
    closeTimeout: 1000,
    onData(stream, { envelope }, callback) {
      void (async () => {
        try {
          const mail = await simpleParser(stream)
          for (const { address } of envelope.rcptTo) take(letterOf(mail, address, String(++taken)))
          callback()
        } catch (error) {
          callback(error as Error)
        }
      })()
    },
  })
  server.on('error', () => {}) // connections that were cut
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  }
}

function letterOf(mail: ParsedMail, to: string, id: string): Letter {
  const calendar = mail.attachments.find(({ contentType }) => contentType === 'text/calendar')
  return {
    id,
    messageId: mail.messageId ?? '',
    answers: mail.inReplyTo ?? null,
    from: addressOf(mail.from),
    to,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    at: new Date().toISOString(),
    invitation: calendar ? readInvitation(calendar.content.toString()) : null,
  }
}

const addressOf = (from: AddressObject | undefined): string => from?.value[0]?.address ?? ''
