import { randomUUID } from 'node:crypto'
import { findElement } from './blocks.ts'
import { bot, command, slackbot, team } from './cast.ts'
import { makeModalActs, type ModalActs } from './modal-acts.ts'
import { actionOf, base, clicked, escaped, known, shown, userOf } from './payloads.ts'
import {
  messageKey,
  newTs,
  putMessage,
  removeMessage,
  topModal,
  type Conversation,
  type Message,
  type WorkspaceState,
} from './state.ts'
import type { BotAnswer, BotLine } from './slack/bot-line.ts'
import { personToken } from './slack/emulator.ts'
import type { WebApi } from './slack/web-api.ts'
import type { Typed } from './values.ts'

/** What people do in the workspace: each act goes to the bot as Slack would send it. */
export interface Acts extends ModalActs {
  /** A line typed into a conversation: a slash command or a message. */
  say(as: string, channel: string, text: string, threadTs?: string): Promise<void>
  /** A click or a choice in a message or in the modal that is open. */
  click(
    as: string,
    where: { channel: string; ts: string } | { modal: string; values: Record<string, Record<string, Typed>> },
    blockId: string,
    actionId: string,
    value?: Typed,
  ): Promise<void>
  dismiss(as: string, channel: string, ts: string): void
  /** What a bot sends to the address that came with a command or a click. */
  respond(nonce: string, response: Responded): boolean
}

export interface Responded {
  response_type?: 'ephemeral' | 'in_channel'
  text?: string
  blocks?: Message['blocks']
  replace_original?: boolean
  delete_original?: boolean
}

export function makeActs(given: { state: WorkspaceState; bot: BotLine; api: WebApi; pageUrl: string }): Acts {
  const { state, bot: line, api, pageUrl } = given
  const addresses = new Map<string, { as: string; channel: string; ts: string | null }>()
  const now = () => newTs(state)

  const addressFor = (as: string, channel: string, ts: string | null): string => {
    const nonce = randomUUID()
    addresses.set(nonce, { as, channel, ts })
    return `${pageUrl}/response/${nonce}`
  }

  /** Slack's own words to one person, where the bot did not answer. */
  const explain = (as: string, channel: string, answer: BotAnswer & { came: false }, what: string) => {
    const why = {
      timeout: 'did not answer within 3 seconds',
      away: 'is not running',
      refused: `answered with status ${answer.status}`,
    }[answer.why]
    putMessage(state, {
      channel,
      ts: now(),
      user: slackbot.id,
      text: `${what} did not reach Lockkeeper: it ${why}. Try again.`,
      only: as,
    })
  }

  const say: Acts['say'] = async (as, channel, text, threadTs) => {
    const person = known(as)
    const conversation = state.conversations.get(channel)
    if (!conversation?.members.includes(as)) throw new Error(`${person.name} is not in ${channel}`)
    if (!text.startsWith('/')) {
      await api.call(personToken(as), 'chat.postMessage', {
        channel,
        text: escaped(text),
        ...(threadTs ? { thread_ts: threadTs } : {}),
      })
      return
    }
    const [typed = '', ...words] = text.trim().split(/\s+/)
    if (typed !== command) {
      putMessage(state, {
        channel,
        ts: now(),
        user: slackbot.id,
        text: `${escaped(typed)} is not a command here. Try \`${command} help\`.`,
        only: as,
      })
      return
    }
    const answer = await line.command({
      token: 'demo',
      team_id: team.id,
      team_domain: team.domain,
      channel_id: channel,
      channel_name: nameOf(conversation),
      user_id: as,
      user_name: person.name,
      command,
      text: escaped(words.join(' ')),
      api_app_id: bot.appId,
      is_enterprise_install: 'false',
      response_url: addressFor(as, channel, null),
      trigger_id: await line.trigger(as),
    })
    if (!answer.came) explain(as, channel, answer, `\`${command}\``)
    else if (answer.body) respondTo({ as, channel, ts: null }, parsed(answer.body))
  }

  const click: Acts['click'] = async (as, where, blockId, actionId, value) => {
    const message = 'ts' in where ? state.messages.get(messageKey(where.channel, where.ts)) : undefined
    const modal = 'modal' in where ? topModal(state, as) : null
    const found = findElement(message?.blocks ?? modal?.view.blocks ?? [], blockId, actionId)
    if (!found) return // the message has changed under the finger: the page shows it already
    const actions = [actionOf(found.block, found.element, value, now())]
    const payload = { ...base, type: 'block_actions', user: userOf(known(as)), actions }
    if (modal && 'modal' in where) {
      const container = { type: 'view', view_id: modal.id }
      await line.interact({
        ...payload,
        trigger_id: await line.trigger(as, modal.id),
        container,
        view: shown(modal, where.values),
      })
    } else if (message) {
      const conversation = state.conversations.get(message.channel)
      const answer = await line.interact({
        ...payload,
        ...clicked(message),
        trigger_id: await line.trigger(as),
        channel: { id: message.channel, name: nameOf(conversation) },
        response_url: addressFor(as, message.channel, message.ts),
      })
      if (!answer.came) explain(as, message.channel, answer, 'The click')
    }
  }

  const respondTo = (
    { as, channel, ts }: { as: string; channel: string; ts: string | null },
    response: Responded,
  ): void => {
    const original = ts ? state.messages.get(messageKey(channel, ts)) : undefined
    if (response.delete_original && original) return removeMessage(state, channel, original.ts)
    const content = { text: response.text ?? '', blocks: response.blocks ?? [] }
    if (original && response.replace_original) putMessage(state, { ...original, ...content })
    else
      putMessage(state, {
        channel,
        ts: now(),
        user: bot.id,
        ...content,
        only: response.response_type === 'in_channel' ? null : as,
        threadTs: original?.threadTs ?? null,
      })
  }

  return {
    say,
    click,
    ...makeModalActs({ state, bot: line, api }),
    dismiss(as, channel, ts) {
      if (state.messages.get(messageKey(channel, ts))?.only === as) removeMessage(state, channel, ts)
    },
    respond(nonce, response) {
      const address = addresses.get(nonce)
      if (address) respondTo(address, response)
      return address !== undefined
    },
  }
}

/** What Slack calls a conversation in payloads. */
const nameOf = (conversation: Conversation | undefined): string =>
  conversation?.kind === 'direct' ? 'directmessage' : (conversation?.name ?? '')

/** An acknowledgement of a command is text, or a message as JSON. */
function parsed(body: string): Responded {
  try {
    return JSON.parse(body) as Responded
  } catch {
    return { text: body }
  }
}
