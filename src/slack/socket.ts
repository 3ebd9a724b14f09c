import { setTimeout } from 'node:timers/promises'
import type { App, Receiver } from '@slack/bolt'
import type { SocketModeOptions } from '@slack/socket-mode'
import { WebAPIRateLimitedError } from '@slack/web-api'
import type { Log } from '../log.ts'
import { connect, ConnectionRefused, type Arrival, type Connection } from './socket-connection.ts'

export interface SocketOptions {
  client: SocketModeOptions
  log: Log
  /**
   * Connections that are kept. Slack delivers each payload to any one of them, so one that is replaced or broken leaves
   * another that serves. Slack allows ten an app: two replicas and their replacements fit.
   */
  connections?: number
  /**
   * Milliseconds that a replaced connection goes on serving what was on its way to it. Slack closes it about 10 s after
   * its warning (docs.slack.dev, "Using Socket Mode"), or leaves it open without a word.
   */
  servesOn?: number
}

/** What Slack says when it moves a connection to another of its servers: the replacement is made at once. */
const routine = new Set(['warning', 'refresh_requested'])

/** Milliseconds that a connection must last for the next one to be made at once. */
const lasting = 10_000

/**
 * Bolt's receiver for Socket Mode, with several connections. Bolt's own has one, which is deaf from Slack's
 * announcement until its replacement is there: 6 s where Slack leaves TCP open (measured). Its reconnect ends the
 * process when it fails (node-slack-sdk#2656).
 */
export class SocketReceiver implements Receiver {
  readonly #options: SocketOptions
  readonly #stopping = new AbortController()
  readonly #stopped: Promise<null>
  readonly #live = new Set<Connection>()
  readonly #slots: Promise<void>[] = []
  readonly #replaced = new Set<Promise<void>>()
  #app: App | null = null

  constructor(options: SocketOptions) {
    this.#options = options
    const { signal } = this.#stopping
    this.#stopped = new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve(null), { once: true }),
    )
  }

  init(app: App): void {
    this.#app = app
  }

  /** Rejects when the first connection cannot be made; the others follow. */
  async start(): Promise<void> {
    const first = await this.#connect()
    const { connections = 2 } = this.#options
    for (let slot = 0; slot < connections; slot++) this.#slots.push(this.#keep(slot === 0 ? first : null))
  }

  /** Resolves when nothing arrives any more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#slots, ...this.#replaced])
  }

  /** Keeps one connection. The one before serves until its replacement does. */
  async #keep(first: Connection | null): Promise<void> {
    let current = first
    let failures = 0
    while (!this.#stopping.signal.aborted) {
      if (current) {
        const since = performance.now()
        const why = await Promise.race([current.ending, current.lost, this.#stopped])
        const isFine = (why && routine.has(why)) || performance.now() - since > lasting
        failures = isFine ? 0 : failures + 1
        if (why) this.#options.log.debug({ reason: why }, 'Slack ends a connection: it is replaced')
      }
      const next = await this.#connectAgain(failures)
      if (!next) break
      if (current) this.#endLater(current)
      current = next
    }
    await current?.close()
  }

  /** Tries until it is connected. Null: this receiver stops. */
  async #connectAgain(failures: number): Promise<Connection | null> {
    const { signal } = this.#stopping
    const { log } = this.#options
    let seconds = 0
    for (let failed = failures; ; failed++) {
      await setTimeout(Math.max(seconds * 1_000, pauseAfter(failed)), null, { signal }).catch(() => {})
      if (signal.aborted) return null
      try {
        const isAlone = this.#live.size === 0
        const connection = await this.#connect()
        if (isAlone) log.info('connected to Slack again')
        return connection
      } catch (error) {
        if (signal.aborted) return null
        seconds = error instanceof WebAPIRateLimitedError ? error.retryAfter : 0
        if (failed === failures) log.warn({ err: error }, whyNot(error, this.#live.size))
      }
    }
  }

  async #connect(): Promise<Connection> {
    const onArrival = (arrival: Arrival): void => void this.#serve(arrival)
    const connection = await connect({ client: this.#options.client, onArrival }, this.#stopping.signal)
    this.#live.add(connection)
    void connection.lost.then(() => this.#live.delete(connection))
    return connection
  }

  /** Ends a replaced connection when nothing can be on its way to it. */
  #endLater(connection: Connection): void {
    const { signal } = this.#stopping
    const served = setTimeout(this.#options.servesOn ?? 15_000, null, { signal }).catch(() => null)
    const ended = Promise.race([connection.lost, served])
      .then(() => connection.close())
      .finally(() => this.#replaced.delete(ended))
    this.#replaced.add(ended)
  }

  /** Never rejects. What cannot be acknowledged is served all the same: Slack delivered it, and may not do so again. */
  async #serve({ body, ack, retry_num: retryNum, retry_reason: retryReason }: Arrival): Promise<void> {
    const { log } = this.#options
    try {
      await this.#app?.processEvent({
        body,
        ack: (response) =>
          ack(response).catch((error: unknown) =>
            log.warn({ err: error }, 'a request could not be acknowledged, and is served'),
          ),
        ...(retryNum !== undefined && { retryNum }),
        ...(retryReason !== undefined && { retryReason }),
      })
    } catch (error) {
      log.error({ err: error }, 'Slack sent what could not be served')
    }
  }
}

/** Milliseconds: none after the first failure, then longer and longer. */
const pauseAfter = (failures: number): number => Math.min(30_000, Math.max(0, failures - 1) ** 2 * 1_000)

function whyNot(error: unknown, live: number): string {
  const reason = error instanceof ConnectionRefused ? error.reason : ''
  if (reason === 'link_disabled')
    return 'Socket Mode is off for this app. Nothing that people do in Slack arrives. Turn it on: https://api.slack.com/apps, your app, Socket Mode'
  if (reason === 'too_many_websockets')
    return 'Slack allows an app 10 connections, and all are taken. Stop other processes that use this app token'
  return live
    ? `A connection to Slack cannot be made again yet; requests arrive over ${live} other`
    : 'No connection to Slack: requests do not arrive. Trying again'
}
