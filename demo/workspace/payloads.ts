import { bot, channels, people, team, type Person } from './cast.ts'
import type { Block, Element } from './blocks.ts'
import type { Message, Modal } from './state.ts'
import { chosen, stateOf, type Typed } from './values.ts'

/** What every payload of an interaction begins with. */
export const base = {
  api_app_id: bot.appId,
  token: 'demo',
  team: { id: team.id, domain: team.domain },
  enterprise: null,
  is_enterprise_install: false,
}

export const userOf = (person: Person): object => ({
  id: person.id,
  username: person.name,
  name: person.name,
  team_id: team.id,
})

/** One click or choice. */
export const actionOf = (block: Block, element: Element, value: Typed | undefined, at: string): object => ({
  ...chosen(element, value),
  type: element.type,
  action_id: element.action_id,
  block_id: block.block_id,
  action_ts: at,
  ...(element.type === 'button'
    ? { text: element['text'], ...(element['style'] ? { style: element['style'] } : {}) }
    : {}),
})

/** A message as a click on it carries it. */
export const clicked = (message: Message): object => ({
  container: {
    type: 'message',
    message_ts: message.ts,
    channel_id: message.channel,
    is_ephemeral: message.only !== null,
    ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
  },
  // Of an ephemeral message Slack sends no content along.
  ...(message.only === null
    ? {
        message: {
          type: 'message',
          ts: message.ts,
          user: message.user,
          bot_id: bot.botId,
          text: message.text,
          blocks: message.blocks,
        },
      }
    : {}),
  state: { values: {} },
})

/** A modal with what was typed into it. */
export const shown = (modal: Modal, values: Record<string, Record<string, Typed>>): object => ({
  ...modal.view,
  state: { values: stateOf(modal.view.blocks, values) },
  app_installed_team_id: team.id,
})

/** As Slack escapes what people type, mentions included (`should_escape`). */
export function escaped(text: string): string {
  const plain = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return plain
    .replace(
      /@([a-z]+)/g,
      (typed, name) =>
        people.filter((person) => person.name === name).map((person) => `<@${person.id}>`)[0] ?? typed,
    )
    .replace(
      /#([a-z-]+)/g,
      (typed, name) =>
        channels.filter((channel) => channel.name === name).map((channel) => `<#${channel.id}|${name}>`)[0] ??
        typed,
    )
}

export function known(id: string): Person {
  const person = people.find((one) => one.id === id)
  if (!person) throw new Error(`nobody has the id ${id}`)
  return person
}
