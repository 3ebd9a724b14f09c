import { z } from 'zod'

/** How letters are sent. */
export interface MailConfig {
  /** `smtp://` or, with TLS from the start, `smtps://`; with user and password where the server wants them. */
  url: string
  from: Mailbox
  /** Who reads answers, where `from` does not. */
  replyTo: Mailbox | null
}

export interface Mailbox {
  /** May be empty. */
  name: string
  address: string
}

/** `Lockkeeper <lockkeeper@example.com>`, or the address alone. */
const mailbox = z
  .string()
  .trim()
  .transform((written, context): Mailbox => {
    const [, name = '', bracketed] = /^([^<>\r\n]*)<([^<>]+)>$/.exec(written) ?? []
    const address = z.email().safeParse(bracketed ?? written)
    if (address.success) return { name: name.trim().replace(/^"(.*)"$/, '$1'), address: address.data }
    context.addIssue({ code: 'custom', message: 'is not an e-mail address, with or without a name' })
    return z.NEVER
  })
  .meta({ examples: ['Lockkeeper <lockkeeper@example.com>'] })

/** `mail` in `lockkeeper.yml`. */
export const mailSchema = z.strictObject({
  from: mailbox.describe('Whom letters are from.'),
  replyTo: mailbox.optional().describe('Who reads answers to them.'),
})

const remedy =
  'Write smtp://user:password@host:587, or smtps://… where the server speaks TLS from the start; without user and password where it asks for none. In a password / ? # @ % are written %2F %3F %23 %40 %25. Or remove it to send no mail.'

/** What is wrong with SMTP_URL, and the remedy; null: nothing. */
export function smtpFault(written: string): [what: string, remedy: string] | null {
  const what = wrongWith(URL.parse(written))
  return what ? [what, remedy] : null
}

function wrongWith(url: URL | null): string | null {
  if (url && url.protocol !== 'smtp:' && url.protocol !== 'smtps:')
    return 'has another scheme than smtp:// or smtps://'
  if (!url?.hostname) return 'is not a URL of a mail server'
  if (!['', '/'].includes(url.pathname) || url.search || url.hash)
    return 'has more than a user, a password, a host and a port'
  if (!url.username !== !url.password) return 'has a user or a password alone'
  return isEncoded(url.username) && isEncoded(url.password) ? null : 'holds a % that encodes nothing'
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
