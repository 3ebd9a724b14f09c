import { bot, channels, people, slackbot, userGroups } from '../workspace/cast.ts'
import type { ShownMessage } from '../workspace/page.ts'
import type { Listener } from './follow.ts'

/** Of a message, in lines. */
const longest = 24

/** Prints what grows in channels, threads, direct messages and letters, as plain text. */
export function makePrinter(say: (line: string) => void): Required<Listener> {
  const message: Listener['message'] = (message, before) => {
    const lines = message.text ? plain(message.text).split('\n') : []
    if (!before) {
      say('')
      say(`${place(message)} ${nameOf(message.user)}:`)
      for (const line of shortened(lines)) say(`  │ ${line}`)
      for (const file of message.files) say(`  │ [file] ${file.title || file.name}`)
      return
    }
    // An edited message: what is new in it, but for clocks that moved on.
    const had = new Set(plain(before.text).split('\n').map(timeless))
    for (const line of lines) if (!had.has(timeless(line))) say(`  ~ ${line}`)
  }
  let shown = ''
  const modal: Listener['modal'] = (person, { title, html, errors }) => {
    const text = [...textOf(html), ...Object.values(errors)]
    if (shown === text.join()) return
    shown = text.join()
    say('')
    say(`[modal, only to ${nameOf(person)}] ${title}`)
    for (const line of text) say(`  │ ${line}`)
  }
  const letter: Listener['letter'] = ({ to, subject, text, answers, invitation }) => {
    say('')
    say(`[letter to ${to}${answers ? ', below an earlier one' : ''}] ${subject}`)
    for (const line of shortened(text.replace(subject, '').trim().split(/\n+/))) say(`  │ ${line}`)
    if (invitation)
      say(
        `  │ [invitation, ${invitation.method}, sequence ${invitation.sequence}] ${invitation.summary}, ${invitation.start} to ${invitation.end}`,
      )
  }
  return { message, modal, letter }
}

const shortened = (lines: readonly string[]): string[] =>
  lines.length > longest
    ? [...lines.slice(0, longest), `… and ${lines.length - longest} lines more`]
    : lines.filter(Boolean)

const timeless = (line: string): string => line.replace(/\d\d:\d\d:\d\d/g, '')

/** Drawn blocks as lines of text. */
const textOf = (html: string): string[] =>
  html
    .replace(/<(\/p|\/div|\/li|br|\/label|\/legend)\b[^>]*>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

function place(message: ShownMessage): string {
  const channel = channels.find((one) => one.id === message.channel)
  const where = channel ? `#${channel.name}` : 'direct message'
  const thread = message.threadTs && message.threadTs !== message.ts ? ', thread' : ''
  return `[${where}${thread}${message.only ? `, only to ${nameOf(message.only)}` : ''}]`
}

const nameOf = (id: string): string => [...people, bot, slackbot].find((one) => one.id === id)?.realName ?? id

/** Slack's markup as a person without Slack reads it. */
export const plain = (text: string): string =>
  text
    .replace(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_, seconds: string) =>
      new Date(Number(seconds) * 1000).toTimeString().slice(0, 8),
    )
    .replace(
      /<@([A-Z0-9]+)>/g,
      (_, id: string) => `@${people.find((person) => person.id === id)?.name ?? id}`,
    )
    .replace(
      /<!subteam\^([A-Z0-9]+)[^>]*>/g,
      (_, id: string) => `@${userGroups.find((group) => group.id === id)?.handle ?? id}`,
    )
    .replace(
      /<#([A-Z0-9]+)[^>]*>/g,
      (_, id: string) => `#${channels.find((channel) => channel.id === id)?.name ?? id}`,
    )
    .replace(/<([^|>]+)\|([^>]+)>/g, '$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
