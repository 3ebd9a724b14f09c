import type { WebClient } from '@slack/web-api'
import type pg from 'pg'
import type { Channel, ResolvedAddress, Sent, UploadedFile } from '../domain/delivery.ts'
import type { Log } from '../log.ts'
import type { View } from '../domain/view.ts'
import { keepButton } from '../store/buttons.ts'
import { drawMessage, type Drawn } from './blocks.ts'
import type { Conversations } from './conversations.ts'
import { faultOf, type Fault } from './faults.ts'
import type { Features } from './features.ts'
import type { GroupsOfRole } from './line.ts'

/** The event type of our messages' metadata; its payload has the delivery's key. */
export const deliveryEvent = 'lockkeeper_delivery'

/** Days that a button of a message can be used for, from when it was last drawn. */
const buttonDays = 30

/** How long we wait before we try again what a token of ours is refused for. */
const lockedOutSeconds = 60

export interface ChannelOptions {
  client: WebClient
  store: pg.Pool
  conversations: Conversations
  groups: GroupsOfRole
  features: Features
  log: Log
  now?: () => number
}

/** Slack as the pump sees it. Every fault of Slack or of the way to it is a value. */
export function makeChannel(options: ChannelOptions): Channel {
  const { client, store, conversations, groups, features, log, now = Date.now } = options
  const draw = async (view: View, delivery: string): Promise<Drawn> => {
    const nonces: string[] = []
    for (const { command, input } of view.actions)
      nonces.push(await keepButton(store, { delivery, command, input }, buttonDays))
    return drawMessage(view, { nonces, groups })
  }

  const sentOf = (fault: Fault, repeatable: boolean): Sent => {
    const later = (seconds: number, busy = false): Sent => ({
      later: new Date(now() + seconds * 1000).toISOString(),
      why: fault.error,
      busy,
    })
    switch (fault.is) {
      case 'busy':
        return later(fault.seconds, true)
      case 'away':
        return later(0)
      case 'locked-out':
        return later(lockedOutSeconds)
      case 'lost':
        return repeatable ? later(0) : { unsure: true }
      case 'lacks':
      case 'refused':
        return { refused: fault.error }
    }
  }

  return {
    async post(to, view, delivery) {
      const place = placeOf(to)
      // Names of databases are nobody's business in another organization.
      if (!('person' in to) && (await conversations.reach(place)) === 'shared')
        return { refused: 'channel_is_shared' }
      const message = {
        channel: place,
        ...(await draw(view, delivery)),
        unfurl_links: false,
        unfurl_media: false,
        metadata: { event_type: deliveryEvent, event_payload: { key: delivery } },
      }
      const thread = threadOf(to)
      try {
        const answer = await client.chat.postMessage(
          thread === undefined
            ? message
            : { ...message, thread_ts: thread, reply_broadcast: 'broadcast' in to && to.broadcast === true },
        )
        return answer.channel && answer.ts
          ? { sent: { channel: answer.channel, ts: answer.ts } }
          : { unsure: true }
      } catch (error) {
        return sentOf(faultOf(error), false)
      }
    },

    async update(message, view, delivery) {
      const drawn = await draw(view, delivery)
      try {
        await client.chat.update({ ...message, ...drawn })
        return { sent: message }
      } catch (error) {
        return sentOf(faultOf(error), true)
      }
    },

    async upload(to, files, comment) {
      const lacks = (error: string) => {
        features.lost('files.completeUploadExternal', 'files of plans and runs are not uploaded', error)
        return { lacks: true } as const
      }
      if (!features.has('files.completeUploadExternal')) return { lacks: true }
      try {
        const thread = threadOf(to)
        const channel = await conversationOf(client, to)
        await client.filesUploadV2({
          channel_id: channel,
          ...(thread !== undefined && { thread_ts: thread }),
          ...(comment && { initial_comment: comment }),
          file_uploads: files.map((file) => ({
            filename: file.name,
            title: file.title,
            content: contentOf(file),
          })),
        })
        return { sent: { channel, ts: thread ?? '' } }
      } catch (error) {
        const fault = faultOf(error)
        return fault.is === 'lacks' ? lacks(fault.error) : sentOf(fault, false)
      }
    },

    async pin(message, pinned) {
      const method = pinned ? 'pins.add' : 'pins.remove'
      if (!features.has(method)) return false
      try {
        const pin = { channel: message.channel, timestamp: message.ts }
        await (pinned ? client.pins.add(pin) : client.pins.remove(pin))
        return true
      } catch (error) {
        const fault = faultOf(error)
        if (fault.error === 'already_pinned' || fault.error === 'no_pin') return true
        if (fault.is === 'lacks') features.lost(method, 'live messages of runs are not pinned', fault.error)
        else log.debug({ method, error: fault.error }, 'a message was not pinned')
        return false
      }
    },
  }
}

/** Slack takes a person's id for the conversation with them, and names of channels without their sign. */
const placeOf = (to: ResolvedAddress): string => ('person' in to ? to.person : to.channel.replace(/^#/, ''))

const threadOf = (to: ResolvedAddress): string | undefined => ('person' in to ? undefined : to.threadTs)

/** Files go to conversations, not to people. */
async function conversationOf(client: WebClient, to: ResolvedAddress): Promise<string> {
  if (!('person' in to)) return to.channel
  const { channel } = await client.conversations.open({ users: to.person })
  return channel?.id ?? to.person
}

/** The SDK refuses a file without content. */
const contentOf = (file: UploadedFile): string => file.content || '\n'
