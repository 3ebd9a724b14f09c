import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HTTPModuleFunctions, HTTPResponseAck, type App, type Receiver } from '@slack/bolt'
import type { Log } from '../log.ts'
import { slackLogger } from './clients.ts'

/** A page or a probe beside Slack's requests. `rest`: what follows a path that ends with a slash. */
export interface Route {
  method: 'GET' | 'POST'
  path: string
  handle: (request: IncomingMessage, response: ServerResponse, rest: string) => void
}

export interface HttpOptions {
  signingSecret: string
  host: string
  port: number
  routes: readonly Route[]
  log: Log
}

const slackPath = '/slack/events'

/**
 * Milliseconds for the head of a request, for all of it, and without a byte either way; sockets at once; bytes of a body.
 * Slack's largest form is some 250 kB, its requests take 3 s at most.
 */
const limits = { head: 10_000, request: 15_000, silence: 20_000, sockets: 256, body: 1_000_000 } as const

/** Seconds that a request's time may differ from ours, either way. */
const clockSkew = 300

/**
 * Bolt's own receiver ends the process at a signed body `null`, takes times of next year, answers odd paths with 500 and a
 * stack in the log, and limits neither sockets nor their silence (5.1.0).
 */
export class HttpReceiver implements Receiver {
  readonly #options: HttpOptions
  readonly #server: Server
  #app: App | null = null

  constructor(options: HttpOptions) {
    this.#options = options
    this.#server = createServer(
      { headersTimeout: limits.head, requestTimeout: limits.request, connectionsCheckingInterval: 1_000 },
      (request, response) => this.#serve(request, response),
    )
    this.#server.maxConnections = limits.sockets
    this.#server.setTimeout(limits.silence)
  }

  init(app: App): void {
    this.#app = app
  }

  /** The port that it listens on. Rejects with what `listen` says. */
  async start(): Promise<number> {
    const { host, port } = this.#options
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ host, port }, resolve)
    })
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    await closed
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const path = pathOf(request.url ?? '')
    if (path === slackPath && request.method === 'POST') return void this.#takeFromSlack(request, response)
    request.resume()
    if (path === null) return end(response, 400)
    const route = this.#options.routes.find(
      (each) => each.method === request.method && matches(each.path, path),
    )
    if (!route) return end(response, this.#knows(path) ? 405 : 404)
    route.handle(request, response, path.slice(route.path.length))
  }

  #knows(path: string): boolean {
    return path === slackPath || this.#options.routes.some((route) => matches(route.path, path))
  }

  async #takeFromSlack(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { signingSecret, log } = this.#options
    try {
      if (Number(request.headers['content-length']) > limits.body) return end(response, 413)
      const raw = await HTTPModuleFunctions.bufferIncomingMessage(request, limits.body)
      const refusal = isSigned(request, raw.rawBody, signingSecret) ? null : 401
      // Slack's probe of the certificate is not signed, and tells nothing.
      if (refusal) return end(response, isProbe(raw.rawBody) ? 200 : refusal)
      const body = bodyOf(raw)
      if (!body) return end(response, 400)
      if (body['ssl_check'] === '1') return end(response, 200)
      if (body['type'] === 'url_verification') return answer(response, { challenge: body['challenge'] })
      await this.#pass(raw, body, response)
    } catch (error) {
      const tooLarge = HTTPModuleFunctions.isRawBodyError(error) && error.statusCode === 413
      if (!tooLarge) log.warn({ error: codeOf(error) }, 'a request to Slack’s path could not be served')
      end(response, tooLarge ? 413 : HTTPModuleFunctions.isRawBodyError(error) ? 400 : 500)
    }
  }

  async #pass(
    request: IncomingMessage,
    body: Record<string, unknown>,
    response: ServerResponse,
  ): Promise<void> {
    const ack = new HTTPResponseAck({
      logger: slackLogger(this.#options.log),
      processBeforeResponse: false,
      httpRequest: request,
      httpRequestBody: body,
      httpResponse: response,
    })
    const retry = HTTPModuleFunctions.extractRetryNumFromHTTPRequest(request)
    const reason = HTTPModuleFunctions.extractRetryReasonFromHTTPRequest(request)
    await this.#app?.processEvent({
      body,
      ack: ack.bind(),
      ...(retry !== undefined && { retryNum: retry }),
      ...(reason !== undefined && { retryReason: reason }),
    })
  }
}

const matches = (route: string, path: string): boolean =>
  route.endsWith('/') ? path.startsWith(route) && path.length > route.length : path === route

/** Null: not a path (`*`, `//x`, broken URLs). */
const pathOf = (url: string): string | null =>
  url.startsWith('/') && !url.startsWith('//') ? (URL.parse(url, 'http://localhost')?.pathname ?? null) : null

/** Slack's signature, of a time that is now. https://docs.slack.dev/authentication/verifying-requests-from-slack */
function isSigned({ headers }: IncomingMessage, body: Buffer, secret: string): boolean {
  const { 'x-slack-request-timestamp': time, 'x-slack-signature': signature } = headers
  if (typeof time !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(time)) return false
  if (Math.abs(Date.now() / 1000 - Number(time)) > clockSkew) return false
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${time}:`).update(body).digest('hex')}`
  const [given, wanted] = [Buffer.from(signature), Buffer.from(expected)]
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const isProbe = (body: Buffer): boolean =>
  body.length < 10_000 && new URLSearchParams(body.toString()).get('ssl_check') === '1'

/** Null: no object. */
function bodyOf(
  request: Parameters<typeof HTTPModuleFunctions.parseHTTPRequestBody>[0],
): Record<string, unknown> | null {
  try {
    const body: unknown = HTTPModuleFunctions.parseHTTPRequestBody(request)
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? { ...(body as Record<string, unknown>) }
      : null
  } catch {
    return null
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function end(response: ServerResponse, status: number): void {
  if (!response.headersSent) response.writeHead(status, status === 413 ? { connection: 'close' } : {})
  response.end()
}

const answer = (response: ServerResponse, body: unknown): void =>
  void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
