import type { Block } from '../blocks.ts'

/**
 * Characters that the library would take for markup where Slack does not: everything special in plain text, the three
 * escaped ones in Slack's markup, a star or tilde between spaces, the colon of a time. They travel through it as private-use characters.
 */
const special = ['&', '<', '>', '*', '_', '~', '`', ':', '[', ']', '!', '\\', '|', '#', '@']

const hidden = (character: string): string => String.fromCharCode(0xe000 + special.indexOf(character))

const hide = (text: string): string => text.replace(/[&<>*_~`:[\]!\\|#@]/g, hidden)

export function shelter<T extends Block>(block: T): T {
  return within(block) as T
}

function within(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(within)
  if (!value || typeof value !== 'object') return value
  const node = value as Record<string, unknown>
  if (node['type'] === 'plain_text' && typeof node['text'] === 'string')
    return { ...node, text: hideAllButEmoji(node['text']) }
  if (node['type'] === 'mrkdwn' && typeof node['text'] === 'string')
    return { type: 'mrkdwn', text: sheltered(node['text']) }
  return Object.fromEntries(Object.entries(node).map(([key, one]) => [key, within(one)]))
}

/** Emoji names are drawn in plain text too. */
const hideAllButEmoji = (text: string): string =>
  text
    .split(/(:[a-z0-9_+-]+:)/)
    .map((part, i) => (i % 2 ? part : hide(part)))
    .join('')

function sheltered(text: string): string {
  return text
    .replace(/<(https?:[^|>]+)>/g, (_, url: string) => `<${url}|${hide(url)}>`)
    .replace(/<(!subteam\^[A-Z0-9]+)\|[^>]*>/g, '<$1>')
    .replaceAll('&amp;', hidden('&'))
    .replaceAll('&lt;', hidden('<'))
    .replaceAll('&gt;', hidden('>'))
    .replace(/(?<=\s)[*~](?=\s)/g, hidden)
    .split(/(<[^>]*>)/)
    .map((part, i) => (i % 2 ? part : part.replace(/(?<=\d):(?=\d)/g, hidden)))
    .join('')
}

/** Puts the sheltered characters back into HTML. */
export const restore = (html: string): string =>
  html.replace(/[\ue000-\ue0ff]/g, (one) => escape(special[one.charCodeAt(0) - 0xe000] ?? ''))

export const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
