import { setTimeout } from 'node:timers/promises'
import { SocketModeClient, type SocketModeOptions } from '@slack/socket-mode'

/** One Socket Mode connection, from Slack's "hello" until it is lost. It never connects again. */
export interface Connection {
  /** Slack announced that it will end this connection; its reason, as it names it. */
  ending: Promise<string>
  lost: Promise<void>
  /** Takes one second at most: Slack may leave TCP open after the closing handshake. */
  close(): Promise<void>
}

/** What a payload of Slack arrives with. */
export interface Arrival {
  body: Record<string, unknown>
  ack: (response?: unknown) => Promise<void>
  retry_num?: number
  retry_reason?: string
}

export interface ConnectionOptions {
  client: SocketModeOptions
  onArrival: (arrival: Arrival) => void
  /** Milliseconds to wait for "hello". */
  helloWithin?: number
}

/** Slack ended the connection before it said "hello". */
export class ConnectionRefused extends Error {
  readonly reason: string
  constructor(reason: string) {
    super(`Slack did not take the connection: ${reason}`)
    this.reason = reason
  }
}

/** The states that the SDK's client emits. */
const connecting = 'connecting'
const disconnected = 'disconnected'
/** Ours: Slack announced the end of the connection. */
const ending = 'ending'

/**
 * The SDK's client closes a connection as soon as Slack announces its end, and drops what arrives after that. This one
 * reports the announcement and goes on serving; a payload that the SDK cannot read is logged instead of ending the
 * process by an unhandled rejection (node-slack-sdk 3.1.0, `app_rate_limited`).
 */
class Client extends SocketModeClient {
  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const reason = isBinary || typeof data !== 'string' ? null : reasonOfEnd(data)
    if (reason !== null) return void this.emit(ending, reason)
    try {
      await super.onWebSocketMessage(data, isBinary)
    } catch (error) {
      this.emit('error', error)
    }
  }
}

/** Null: the message does not announce the end of the connection. */
function reasonOfEnd(message: string): string | null {
  try {
    const read = JSON.parse(message) as { type?: unknown; reason?: unknown } | null
    return read?.type === 'disconnect' ? (typeof read.reason === 'string' ? read.reason : 'no_reason') : null
  } catch {
    return null
  }
}

/** Rejects when no connection can be made, with what the SDK or Slack says. Aborting `signal` rejects it, too. */
export async function connect(
  { client: options, onArrival, helloWithin = 10_000 }: ConnectionOptions,
  signal: AbortSignal,
): Promise<Connection> {
  const socket = new Client({ ...options, autoReconnectEnabled: false })
  socket.on('slack_event', onArrival)
  const announced = new Promise<string>((resolve) => socket.once(ending, resolve))
  const lost = new Promise<void>((resolve) => socket.once(disconnected, resolve))
  const over = new AbortController()
  const late = setTimeout(helloWithin, undefined, {
    signal: AbortSignal.any([signal, over.signal]),
    ref: false,
  })
  try {
    await Promise.race([
      // Without a cause where the connection is closed before "hello".
      socket.start().catch((error: unknown) => Promise.reject(error ?? new ConnectionRefused('closed'))),
      announced.then((reason) => Promise.reject(new ConnectionRefused(reason))),
      late.then(() => Promise.reject(new ConnectionRefused('no_hello'))),
    ])
  } catch (error) {
    // The SDK goes on connecting when it is told to disconnect while it asks for the address.
    socket.on(connecting, () => setImmediate(() => void end(socket)))
    await end(socket)
    throw error
  } finally {
    over.abort()
  }
  return { ending: announced, lost, close: () => end(socket) }
}

async function end(socket: SocketModeClient): Promise<void> {
  const over = new AbortController()
  const closed = socket.disconnect().finally(() => over.abort())
  await Promise.race([closed, setTimeout(1_000, undefined, { signal: over.signal }).catch(() => {})])
  // The second call destroys a socket whose closing handshake is not answered.
  if (!over.signal.aborted) await socket.disconnect()
}
