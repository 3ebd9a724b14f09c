import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

/**
 * Slack's side of Socket Mode: addresses that are good for one connection (`apps.connections.open`), "hello", payloads
 * that go to any one of an app's connections and want to be acknowledged on it, announcements of the end, and TCP
 * connections that are left open without a word.
 */
export interface SocketServer {
  /** Where `apps.connections.open` is answered, and no other method. */
  apiUrl: string
  /** What `apps.connections.open` answers. */
  open(): { ok: true; url: string } | { ok: false; error: string }
  /** Fails `apps.connections.open` while it is set. */
  refuses: string | null
  /** Said to new connections instead of "hello" while it is set; `silence` says nothing. */
  greets: 'hello' | 'silence' | (string & {})
  /** Connections that are routed to, in order. */
  routed: Connected[]
  /** All whose TCP connection stands. */
  standing: Set<Connected>
  /** How many were made. */
  made: number
  /**
   * Sends a payload to any one connection that is routed to. Rejects where there is none, or where it is not
   * acknowledged within 3 s.
   */
  deliver(payload: object, kind?: string): Promise<Delivered>
  /** To one connection, whatever it was told. */
  deliverTo(connection: Connected, payload: object, kind?: string): Promise<Delivered>
  /** Says that the connection will end, and routes nothing more to it. */
  announceEnd(connection: Connected, reason: string): void
  /** TCP stands, and Slack answers nothing on it any more: no ping, no closing handshake. */
  fallSilent(connection: Connected): void
  /** TCP is cut, without a word. */
  cut(connection: Connected): void
  /** Milliseconds of the longest time without a connection that is routed to, since the first one. */
  longestDeafness(): number
  close(): Promise<void>
}

export interface Connected {
  number: number
  socket: WebSocket
}

export interface Delivered {
  over: Connected
  answer: unknown
}

export async function openSocketServer(): Promise<SocketServer> {
  const server: Server = createServer((request, response) => {
    request.resume()
    const answer = request.url?.endsWith('/apps.connections.open')
      ? slack.open()
      : { ok: false, error: 'unknown_method' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  const sockets = new WebSocketServer({ noServer: true })
  const tickets = new Set<string>()
  const waiting = new Map<string, { over: Connected; acknowledged: PromiseWithResolvers<Delivered> }>()
  let next = 0
  let deafSince: number | null = null
  let longest = 0

  const unroute = (connection: Connected): void => {
    const at = slack.routed.indexOf(connection)
    if (at < 0) return
    slack.routed.splice(at, 1)
    if (slack.routed.length === 0) deafSince = performance.now()
  }

  server.on('upgrade', (request, socket, head) => {
    const ticket = new URL(request.url ?? '', 'ws://slack').searchParams.get('ticket') ?? ''
    if (!tickets.delete(ticket)) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (made) => {
      const connection: Connected = { number: ++slack.made, socket: made }
      slack.standing.add(connection)
      made.on('close', () => {
        unroute(connection)
        slack.standing.delete(connection)
        for (const { over, acknowledged } of waiting.values())
          if (over === connection) acknowledged.reject(new Error('the connection broke'))
      })
      made.on('error', () => {})
      made.on('message', (data: Buffer) => {
        const { envelope_id: id, payload } = JSON.parse(data.toString()) as Record<string, unknown>
        waiting.get(String(id))?.acknowledged.resolve({ over: connection, answer: payload })
      })
      if (slack.greets === 'silence') return
      if (slack.greets !== 'hello') return slack.announceEnd(connection, slack.greets)
      made.send(JSON.stringify({ type: 'hello', num_connections: slack.routed.length + 1 }))
      slack.routed.push(connection)
      if (deafSince !== null) longest = Math.max(longest, performance.now() - deafSince)
      deafSince = null
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo

  const slack: SocketServer = {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    refuses: null,
    greets: 'hello',
    routed: [],
    standing: new Set(),
    made: 0,
    open() {
      if (slack.refuses) return { ok: false, error: slack.refuses }
      const ticket = randomUUID()
      tickets.add(ticket)
      return { ok: true, url: `ws://127.0.0.1:${port}/link?ticket=${ticket}` }
    },
    async deliver(payload, kind) {
      const to = slack.routed[next++ % Math.max(1, slack.routed.length)]
      if (!to) throw new Error('no connection to route to')
      return slack.deliverTo(to, payload, kind)
    },
    async deliverTo(to, payload, kind = 'slash_commands') {
      const id = randomUUID()
      const acknowledged = Promise.withResolvers<Delivered>()
      waiting.set(id, { over: to, acknowledged })
      to.socket.send(JSON.stringify({ type: kind, envelope_id: id, accepts_response_payload: true, payload }))
      const late = setTimeout(() => acknowledged.reject(new Error('not acknowledged within 3 s')), 3_000)
      return acknowledged.promise.finally(() => {
        clearTimeout(late)
        waiting.delete(id)
      })
    },
    announceEnd(connection, reason) {
      unroute(connection)
      connection.socket.send(JSON.stringify({ type: 'disconnect', reason }))
    },
    fallSilent: ({ socket }) => socket.pause(),
    cut(connection) {
      connection.socket.terminate()
    },
    longestDeafness: () => Math.max(longest, deafSince === null ? 0 : performance.now() - deafSince),
    async close() {
      for (const { socket } of slack.standing) socket.terminate()
      await new Promise((closed) => server.close(closed))
    },
  }
  return slack
}
