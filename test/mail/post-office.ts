import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import type { TlsOptions } from 'node:tls'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A real mail server of one test. */
export interface PostOffice {
  /** What SMTP_URL would be. */
  url: string
  port: number
  /** Letters that it took, in their order. */
  letters: Received[]
  /** Who logged in, or tried to. */
  logins: { user: string; password: string }[]
  /** Of each letter: whether it came over an encrypted connection. */
  encrypted: boolean[]
  /** Connections so far. */
  connections: number
  /** Those that are open. */
  open: () => number
  /** Decides about each thing that is asked of it; null: nothing is wrong. */
  interfere: (asked: Asked) => Answer | Promise<Answer>
  /** Nobody listens, on a port that stays its own. */
  goDown(): Promise<void>
  comeUp(): Promise<void>
  /** Ends all connections, as a server does that was idle for long. */
  hangUp(): void
  close(): Promise<void>
}

export type Asked = { for: 'session' } | { for: 'sender' | 'recipient' | 'letter'; address: string }

/** A reply, `550 5.1.1 No such user`; `cut`: the connection ends without one, after a letter was taken. */
export type Answer = `${number} ${string}` | 'cut' | null

export interface Received {
  to: string
  raw: string
  mail: ParsedMail
}

export interface PostOfficeOptions {
  /** Who may send; without it nobody is asked. */
  login?: { user: string; password: string }
  /** STARTTLS is offered with this certificate; `secure`: TLS from the start. */
  tls?: TlsOptions & { secure?: boolean }
}

export async function openPostOffice({ login, tls }: PostOfficeOptions = {}): Promise<PostOffice> {
  const sockets = new Set<Socket>()
  let server: SMTPServer

  const reply = (answer: Answer, callback: (error?: Error) => void): void => {
    if (answer === 'cut') return office.hangUp()
    const [, code, says] = /^(\d{3}) (.*)$/s.exec(answer ?? '') ?? []
    callback(code ? Object.assign(new Error(says), { responseCode: Number(code) }) : undefined)
  }

  const ask = async (asked: Asked, callback: (error?: Error) => void): Promise<void> =>
    reply(await office.interfere(asked), callback)

  const office: PostOffice = {
    url: '',
    port: 0,
    letters: [],
    logins: [],
    encrypted: [],
    connections: 0,
    open: () => sockets.size,
    interfere: () => null,
    async comeUp() {
      server = new SMTPServer({
        ...tls,
        authOptional: !login,
        allowInsecureAuth: true,
        disableReverseLookup: true,
        disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(login ? [] : ['AUTH'])],
        closeTimeout: 1,
        onConnect: (_, callback) => void ask({ for: 'session' }, callback),
        onAuth({ username, password }, _, callback) {
          office.logins.push({ user: username ?? '', password: password ?? '' })
          const knows = username === login?.user && password === login?.password
          if (knows) callback(null, { user: username ?? '' })
          else callback(Object.assign(new Error('5.7.8 Bad credentials'), { responseCode: 535 }))
        },
        onMailFrom: ({ address }, _, callback) => void ask({ for: 'sender', address }, callback),
        onRcptTo: ({ address }, _, callback) => void ask({ for: 'recipient', address }, callback),
        onData(stream, { envelope, secure }, callback) {
          const address = envelope.rcptTo[0]?.address ?? ''
          const take = async (): Promise<void> => {
            const raw = await buffer(stream)
            const answer = await office.interfere({ for: 'letter', address })
            office.encrypted.push(secure)
            if (!answer || answer === 'cut')
              office.letters.push({
                to: address,
                raw: raw.toString(),
                mail: await simpleParser(raw, { keepCidLinks: true }),
              })
            reply(answer, callback)
          }
          take().catch(() => {}) // the connection ended before all of it came
        },
      })
      server.on('error', () => {}) // connections that were cut
      server.server.on('connection', (socket: Socket) => {
        office.connections++
        sockets.add(socket)
        socket.on('close', () => sockets.delete(socket))
      })
      server.listen(office.port, '127.0.0.1')
      await once(server.server, 'listening')
      office.port = (server.server.address() as AddressInfo).port
      const who = login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}@` : ''
      office.url = `${tls?.secure ? 'smtps' : 'smtp'}://${who}127.0.0.1:${office.port}`
    },
    async goDown() {
      const closed = new Promise<void>((resolve) => server.close(resolve))
      office.hangUp()
      await closed
    },
    hangUp: () => sockets.forEach((socket) => socket.destroy()),
    close: () => office.goDown(),
  }
  await office.comeUp()
  return office
}
