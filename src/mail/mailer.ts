import type { NodemailerError } from 'nodemailer'
import type { Options } from 'nodemailer/lib/smtp-connection'
import type { MailConfig } from '../config-mail.ts'
import type { Mailer, Posted } from '../domain/letter.ts'
import { compose, type Composed } from './compose.ts'
import { faultOf } from './faults.ts'
import { openLine, type Handed, type Line, type Login } from './line.ts'
import { namesIn, type NameOf } from './names.ts'

/** Milliseconds. */
export interface Limits {
  /** To connect and encrypt, and for the greeting within it. */
  connect: number
  /** For each answer. After a letter a server may take its time to look at it. */
  answer: number
  /** A connection that nobody needs is kept for as long. */
  keep: number
}

const usual: Limits = { connect: 20_000, answer: 60_000, keep: 10_000 }

export interface MailerOptions {
  config: MailConfig
  nameOf: NameOf
  limits?: Limits
}

/** Sends letters to one mail server, over one connection. Nothing is sent twice by itself. */
export function makeMailer({ config, nameOf, limits = usual }: MailerOptions): Mailer {
  const { options, login } = serverOf(config.url, limits)
  let line: Line | null = null
  let idle: NodeJS.Timeout | undefined

  const over = async (kept: Line | null, letter: Composed): Promise<Handed> => {
    try {
      line = kept ?? (await openLine(options, login))
    } catch (error) {
      return { ok: false, error: error as NodemailerError, handedOver: false }
    }
    return line.send(letter)
  }

  const close = (): void => {
    line?.close()
    line = null
  }

  return {
    close,
    async send(letter): Promise<Posted> {
      clearTimeout(idle)
      const names = await namesIn(letter.view, nameOf)
      const composed = await compose(letter, config, (person) => names.get(person) ?? `@${person}`)
      const kept = line?.isOpen() ? line : null
      let handed = await over(kept, composed)
      // A server ends a connection that was quiet for a while: that says nothing of the letter.
      if (kept && !handed.ok && !handed.handedOver && !handed.error.responseCode)
        handed = await over(null, composed)
      idle = setTimeout(close, limits.keep).unref()
      return handed.ok
        ? { sent: { mail: handed.id ?? composed.id } }
        : faultOf(handed.error, handed.handedOver)
    },
  }
}

/** A password is sent over an encrypted connection alone, unless the server is on this machine. */
function serverOf(written: string, limits: Limits): { options: Options; login: Login | null } {
  const url = new URL(written)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const secure = url.protocol === 'smtps:'
  const isHere = host === 'localhost' || host === '::1' || host.startsWith('127.')
  const [user, pass] = [decodeURIComponent(url.username), decodeURIComponent(url.password)]
  return {
    options: {
      host,
      port: Number(url.port) || (secure ? 465 : 587),
      secure,
      ...(isHere ? { ignoreTLS: true } : { requireTLS: user !== '' }),
      dnsTimeout: limits.connect,
      connectionTimeout: limits.connect,
      greetingTimeout: limits.connect,
      socketTimeout: limits.answer,
    },
    login: user ? { user, pass } : null,
  }
}
