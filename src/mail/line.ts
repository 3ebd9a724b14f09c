import { Readable } from 'node:stream'
import SMTPConnection, { type Options } from 'nodemailer/lib/smtp-connection'
import type { NodemailerError } from 'nodemailer'
import type { Composed } from './compose.ts'

export interface Login {
  user: string
  pass: string
}

/** What came of a letter: the Message-ID that it got there, where the server gave it another one. */
export type Handed =
  | { ok: true; id: string | null }
  | {
      ok: false
      error: NodemailerError
      /** All of it was sent. */
      handedOver: boolean
    }

/** A connection to a mail server, which takes letters one after another. */
export interface Line {
  isOpen(): boolean
  send(letter: Pick<Composed, 'envelope' | 'bytes'>): Promise<Handed>
  close(): void
}

/** Connects, encrypts and logs in. Rejects with nodemailer's error. */
export async function openLine(options: Options, login: Login | null): Promise<Line> {
  const connection = new SMTPConnection(options)
  let open = true
  const broken = Promise.withResolvers<never>()
  broken.promise.catch(() => {}) // where nobody waits at that moment
  connection.on('error', (error) => {
    open = false
    broken.reject(error)
  })
  connection.on('end', () => {
    open = false
    // What the server said before it ended the connection comes right after this.
    setImmediate(() => broken.reject(Object.assign(new Error('It ended'), { code: 'ECONNECTION' })))
  })

  /** Its callbacks are not called when the connection breaks. */
  const done = <T>(
    work: (callback: (error?: NodemailerError | null, result?: T) => void) => void,
  ): Promise<T | undefined> =>
    Promise.race([
      broken.promise,
      new Promise<T | undefined>((resolve, reject) =>
        work((error, result) => (error ? reject(error) : resolve(result))),
      ),
    ])

  const close = (): void => {
    if (open) connection.quit()
    open = false
  }

  try {
    await done((callback) => connection.connect(callback))
    if (login) await done((callback) => connection.login(login, callback))
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    isOpen: () => open,
    async send({ envelope, bytes }) {
      let handedOver = false
      // It is read when the server has asked for it, and to its end when all of it was taken to be sent.
      const letter = Readable.from(
        (function* () {
          yield bytes
          handedOver = true
        })(),
      )
      try {
        const info = await done<{ serverMessageId?: string | undefined }>((callback) =>
          connection.send(envelope, letter, callback),
        )
        return { ok: true, id: info?.serverMessageId ?? null }
      } catch (error) {
        close()
        return { ok: false, error: error as NodemailerError, handedOver }
      }
    },
    close,
  }
}
