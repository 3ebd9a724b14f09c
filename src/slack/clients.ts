import type { Logger, LogLevel } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { SlackConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { loggingMissingScopes } from './missing-scopes.ts'
import { NotSlack } from './faults.ts'

/**
 * Bolt's own client, which opens modals: a trigger lives 3 s, so nothing may hold a call back. A 429 would pause the
 * whole client otherwise (measured: `views.open` waited 2.8 s behind a `chat.update`).
 */
export const promptOptions = (config: SlackConfig, log: Log): WebClientOptions => ({
  ...server(config, log),
  logger: slackLogger(log),
  rejectRateLimitedCalls: true,
  retryConfig: { retries: 1, minTimeout: 50, maxTimeout: 200 },
  timeout: 2_500,
})

/**
 * The client that deliveries are made with. It never repeats a call by itself: a dropped connection made one
 * `chat.postMessage` arrive twice (measured), so the pump decides what is sent again.
 */
export const deliveryClient = (config: SlackConfig, log: Log, timeout = 10_000): WebClient =>
  new WebClient(config.botToken, {
    ...server(config, log),
    logger: slackLogger(log),
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout,
  })

/** Where Slack is: another server that speaks its protocol, too. And that only Slack's own answers count. */
export const server = (config: SlackConfig, log: Log): Pick<WebClientOptions, 'slackApiUrl' | 'fetch'> => {
  const api = new URL(config.apiUrl ?? 'https://slack.com/api/')
  return {
    ...(config.apiUrl && { slackApiUrl: config.apiUrl }),
    fetch: fetchFrom(api, loggingMissingScopes(log)),
  }
}

type Fetch = NonNullable<WebClientOptions['fetch']>

/** Seconds to wait where whoever lets us ask no more does not say how long. */
const retryAfter = '30'

/**
 * The SDK takes any text for Slack's refusal, and throws what is none of its errors at a 429 without `Retry-After`. A
 * page of a proxy is no answer: every answer of Slack's API is JSON with `ok`. What `ask` gives can be read again.
 */
function fetchFrom(api: URL, ask: Fetch): Fetch {
  return async (input, init) => {
    const response = await ask(input, init)
    if (response.status === 429 && !/^\d+$/.test(response.headers.get('retry-after') ?? ''))
      return new Response(null, { status: 429, headers: { 'retry-after': retryAfter } })
    const asked = new URL(input)
    const isOfApi = asked.origin === api.origin && asked.pathname.startsWith(api.pathname)
    if (response.status !== 200 || !isOfApi) return response
    if (!isAnswer(await response.text())) throw new NotSlack(`${asked.host} answers what Slack does not`)
    return response
  }
}

function isAnswer(text: string): boolean {
  try {
    const answer = JSON.parse(text) as unknown
    return typeof answer === 'object' && answer !== null && 'ok' in answer && typeof answer.ok === 'boolean'
  } catch {
    return false
  }
}

/** The SDK's lines go to our log, where they pass the redactor; its chatter stays at the level it has there. */
export function slackLogger(log: Log): Logger {
  const to =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (...said: unknown[]): void =>
      log[level]({ from: 'slack' }, said.map(String).join(' '))
  return {
    debug: () => {},
    info: to('debug'),
    warn: to('debug'),
    error: to('warn'),
    setLevel: () => {},
    getLevel: () => 'info' as LogLevel,
    setName: () => {},
  }
}
