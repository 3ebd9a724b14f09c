import { createHmac, randomUUID } from 'node:crypto'
import { bot, team } from '../cast.ts'
import { botToken, type SlackEmulator } from './emulator.ts'

/** How Slack reaches the bot: signed requests to its one HTTP address. */
export interface BotLine {
  /** A slash command. */
  command(fields: Record<string, string>): Promise<BotAnswer>
  /** A click, a submission, a closed modal. */
  interact(payload: Record<string, unknown>): Promise<BotAnswer>
  /** What an app hears of messages with metadata, its own included. */
  tellMetadata(channel: string, ts: string, metadata: unknown): void
  /** A trigger id lives three seconds and opens one modal, for this person. */
  trigger(person: string, viewId?: string): Promise<string>
  personOfTrigger(trigger: string): string | undefined
}

export type BotAnswer =
  | { came: true; body: string }
  | { came: false; why: 'refused' | 'timeout' | 'away'; status?: number }

/** Milliseconds until an event tells what was posted. */
const afterwards = 200

/** Slack waits this long for an acknowledgement, in milliseconds. */
const patience = 3000

export function makeBotLine({
  url,
  signingSecret,
  emulator,
}: {
  url: string
  signingSecret: string
  emulator: SlackEmulator
}): BotLine {
  const triggers = new Map<string, string>()
  const send = async (body: string, contentType: string): Promise<BotAnswer> => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const headers = {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': sign(signingSecret, timestamp, body),
    }
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers,
        signal: AbortSignal.timeout(patience),
      })
      return response.ok
        ? { came: true, body: await response.text() }
        : { came: false, why: 'refused', status: response.status }
    } catch (error) {
      return { came: false, why: (error as Error).name === 'TimeoutError' ? 'timeout' : 'away' }
    }
  }
  const form = (values: Record<string, string>) =>
    send(new URLSearchParams(values).toString(), 'application/x-www-form-urlencoded')
  return {
    command: (fields) => form(fields),
    interact: (payload) => form({ payload: JSON.stringify(payload) }),
    tellMetadata(channel, ts, metadata) {
      const event = {
        type: 'message_metadata_posted',
        app_id: bot.appId,
        bot_id: bot.botId,
        user_id: bot.id,
        team_id: team.id,
        channel_id: channel,
        message_ts: ts,
        event_ts: ts,
        metadata,
      }
      const envelope = {
        type: 'event_callback',
        token: 'demo',
        team_id: team.id,
        api_app_id: bot.appId,
        event_id: `Ev${randomUUID()}`,
        event_time: Math.floor(Date.now() / 1000),
        event,
      }
      // After the answer to the post, as in Slack. That Slack would try again is not needed here.
      setTimeout(() => void send(JSON.stringify(envelope), 'application/json'), afterwards).unref()
    },
    async trigger(person, viewId) {
      const answer = await emulator.callAs(botToken, 'views.generateTriggerId', {
        user_id: person,
        ...(viewId ? { view_id: viewId } : {}),
      })
      const trigger = String(answer['trigger_id'])
      triggers.set(trigger, person)
      return trigger
    },
    personOfTrigger: (trigger) => triggers.get(trigger),
  }
}

/** Slack's signature, version 0. */
export const sign = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
