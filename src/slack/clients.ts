import type { Logger, LogLevel } from '@slack/bolt'
import { WebClient, type WebClientOptions } from '@slack/web-api'
import type { SlackConfig } from '../config.ts'
import type { Log } from '../log.ts'
import { loggingMissingScopes } from './missing-scopes.ts'

/**
 * Bolt's own client, which opens modals: a trigger lives 3 s, so nothing may hold a call back. A 429 would pause the
 * whole client otherwise (measured: `views.open` waited 2.8 s behind a `chat.update`).
 */
export const promptOptions = (config: SlackConfig, log: Log): WebClientOptions => ({
  ...server(config),
  fetch: loggingMissingScopes(log),
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
    ...server(config),
    fetch: loggingMissingScopes(log),
    logger: slackLogger(log),
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout,
  })

/** Options of another server that speaks Slack's protocol. */
export const server = (config: SlackConfig): { slackApiUrl?: string } =>
  config.apiUrl ? { slackApiUrl: config.apiUrl } : {}

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
