import { createRequire } from 'node:module'
import { createElement, type ComponentType } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import type { Block as DrawableBlock, MessageProps } from 'slack-blocks-to-jsx'
import type { Block } from '../blocks.ts'
import { bot, channels, people, slackbot, userGroups } from '../cast.ts'
import { escape, restore, shelter } from './shelter.ts'

// The package is CommonJS whose named exports Node does not see.
const { Message } = createRequire(import.meta.url)('slack-blocks-to-jsx') as {
  Message: ComponentType<MessageProps>
}

/** Text in Slack's own markup, e.g. of a message without blocks. */
export const drawText = (text: string): string =>
  text ? drawWithLibrary({ type: 'section', text: { type: 'mrkdwn', text } }) : ''

/** One block by the library; a block that it cannot draw is shown by its text. */
export function drawWithLibrary(block: Block): string {
  const props = {
    blocks: [shelter(block)] as unknown as DrawableBlock[],
    name: '',
    logo: '',
    withoutWrapper: true,
    unstyled: true,
    data,
    hooks,
  }
  try {
    const drawn = unwrapped(renderToStaticMarkup(createElement(Message, props)))
    if (drawn) return restore(withShortCode(drawn))
  } catch {
    // It expects fields that this block does not have.
  }
  const { text } = (block['text'] as { text?: string } | undefined) ?? {}
  return `<p class="undrawn">${escape(text ?? `(a block of type ${block.type})`)}</p>`
}

/** Code that a line holds is kept on one line. */
const withShortCode = (html: string): string =>
  html.replace(/(slack_inline_code|slack_code_inline)(?=[^"]*">[^<]{1,40}<)/g, '$1 short')

/** The library draws a whole message around a block: its last wrapper begins the block's own markup. */
const unwrapped = (html: string): string | undefined =>
  /block_wrapper[^>]*>([^]*)<\/div><\/div><\/div><\/div>$/.exec(html)?.[1]

const data = {
  users: [...people, bot, slackbot].map(({ id, name }) => ({ id, name })),
  channels: channels.map(({ id, name }) => ({ id, name })),
  user_groups: userGroups.map(({ id, handle }) => ({ id, name: handle })),
}

const hooks: NonNullable<MessageProps['hooks']> = {
  user: ({ id, name }) => createElement('span', { className: 'mention', 'data-user': id }, `@${name || id}`),
  usergroup: ({ id, name }) =>
    createElement('span', { className: 'mention', 'data-group': id }, `@${name || id}`),
  channel: ({ id, name }) => createElement('a', { className: 'mention', href: `#/${id}` }, `#${name || id}`),
  date: ({ timestamp, format }) => {
    const at = new Date(Number(timestamp) * 1000).toISOString()
    return createElement('time', { dateTime: at, 'data-format': format }, `${at.slice(11, 19)} UTC`)
  },
  link: ({ href, children }) =>
    createElement('a', { href: safe(href), target: '_blank', rel: 'noreferrer' }, children),
}

/** Only addresses that open a page. */
const safe = (href: string): string => (/^(https?:|mailto:|\/|#)/.test(href) ? href : '#')
