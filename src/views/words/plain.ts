import { visible, visibleName } from '../../visible.ts'
import type { Inline, Line, Part, View, Zoned } from '../../domain/view.ts'
import { timeInWords } from './time.ts'
import { zonedText } from './zoned.ts'

/** How an inline node is written where there are only words. Slack's `text` writes people as mentions, for example. */
export interface Writing {
  words(text: string): string
  person(id: string): string
  channel(id: string): string
  role(role: string): string
  time(time: string, as: 'clock' | 'day and clock'): string
  zoned(told: Zoned): string
}

const plain: Writing = {
  words: (text) => text,
  person: (id) => `@${id.replace(/^@/, '')}`,
  channel: (id) => `#${id.replace(/^#/, '')}`,
  role: (role) => role,
  time: (time, as) => timeInWords(time, as),
  zoned: (told) => zonedText(told),
}

/** Hidden characters are shown, whatever it is written for. */
const inlineText = (inline: Inline, writing: Writing): string => {
  if (typeof inline === 'string') return writing.words(visible(inline))
  if ('bold' in inline) return writing.words(visibleName(inline.bold))
  if ('italic' in inline) return writing.words(visibleName(inline.italic))
  if ('code' in inline) return writing.words(visibleName(inline.code))
  if ('person' in inline) return visibleName(writing.person(inline.person))
  if ('channel' in inline) return visibleName(writing.channel(inline.channel))
  if ('zone' in inline) return writing.zoned(inline)
  return 'role' in inline ? visibleName(writing.role(inline.role)) : writing.time(inline.time, inline.as)
}

export const lineText = (line: Line, given: Partial<Writing> = {}): string =>
  line.map((inline) => inlineText(inline, { ...plain, ...given })).join('')

/** The most that Slack takes as `text` of an update. */
const most = 4000

/**
 * The whole message in plain words, choices included: for phones' notifications, screen readers and logs. Clock times
 * are UTC. At most 4,000 characters; what is cut is the longest part, and the cut says so.
 */
export function plainText(view: View, given: Partial<Writing> = {}): string {
  const writing = { ...plain, ...given }
  const head = [lineText(view.state, writing)]
  const parts = view.parts.map((part) => partText(part, writing))
  const buttons = view.actions.map((action) => writing.words(visibleName(action.label)))
  const files = (view.files ?? []).map((file) => writing.words(visibleName(file.name)))
  const tail = [
    ...(files.length ? [`Files: ${files.join(', ')}`] : []),
    ...(buttons.length ? [`Buttons: ${buttons.join(' · ')}`] : []),
  ]
  const whole = () => [...head, ...parts, ...tail].join('\n')
  for (let over = whole().length - most; over > 0; over = whole().length - most) {
    const longest = parts.reduce((best, part, i) => (part.length > (parts[best]?.length ?? 0) ? i : best), 0)
    const text = parts[longest] ?? ''
    if (text.length < 80) break
    // Two more for the ellipsis and the line feed: otherwise a long part without a line feed stays as long as it is.
    parts[longest] = shortenedBy(text, over + shortenedHere.length + 2)
  }
  const text = whole()
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

const shortenedHere = '(shortened here)'

/** Whole lines go first; what is left of one is cut within. */
function shortenedBy(text: string, by: number): string {
  const kept = text.slice(0, Math.max(0, text.length - by))
  const end = kept.lastIndexOf('\n')
  return `${end > 0 ? kept.slice(0, end) : kept.trimEnd() + '…'}\n${shortenedHere}`
}

export function partText(part: Part, given: Partial<Writing> = {}): string {
  const writing = { ...plain, ...given }
  switch (part.part) {
    case 'text':
    case 'note':
      return lineText(part.line, writing)
    case 'code':
      return writing.words(visible(part.text))
    case 'list':
      return part.items
        .map((item, i) => `${part.numbered ? `${i + 1}.` : '-'} ${lineText(item, writing)}`)
        .join('\n')
    case 'rows':
      return part.rows.map(({ word, line }) => `${word}: ${lineText(line, writing)}`).join('\n')
  }
}
