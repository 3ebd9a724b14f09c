import type { RichTextElement } from '@slack/types'
import type { Inline, Line, Zoned } from '../domain/view.ts'
import { visible, visibleName } from '../visible.ts'
import { itsMessage } from '../views/marks.ts'
import { secondsBetween, timeInWords } from '../views/words/time.ts'
import { isOverMidnight, momentsOf, zonedInWords, zonedText } from '../views/words/zoned.ts'

/** Slack's user groups that hold a role, so that naming the role reaches its people. */
export type GroupsOfRole = (role: string) => readonly string[]

const personId = /^[UW][A-Z0-9]{2,}$/
const channelId = /^[CGD][A-Z0-9]{2,}$/
const dateFormat = { clock: '{time_secs}', 'day and clock': '{date_short_pretty}, {time_secs}' } as const
const readersFormat = { day: '{date_long}', clock: '{time}', both: '{date_long}, {time}' } as const

/** Text that Slack takes, without characters that nobody sees. */
export const clean = visible

/** At most so many UTF-16 units, which is never less than what Slack counts; never cut within a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  let kept = ''
  for (const character of text) {
    if (kept.length + character.length > most - 1) break
    kept += character
  }
  return most > 0 ? `${kept.trimEnd()}…` : ''
}

/** In Slack's markup, for the one place where a mention must ping: the first block. Cut at a boundary of the markup. */
export function markup(line: Line, most: number, groups: GroupsOfRole): string {
  let written = ''
  for (const [i, inline] of line.entries()) {
    const room = most - written.length - (i < line.length - 1 ? 1 : 0)
    const whole = markupOf(inline, groups)
    if (whole.length > room) return written + shortened(inline, room)
    written += whole
  }
  return written
}

function markupOf(inline: Inline, groups: GroupsOfRole): string {
  if (typeof inline === 'string') return escaped(inline)
  if ('bold' in inline) return wrapped('*', visibleName(inline.bold))
  if ('italic' in inline) return wrapped('_', visibleName(inline.italic))
  if ('code' in inline) return wrapped('`', visibleName(inline.code))
  if ('time' in inline) {
    const at = secondsOf(inline.time)
    const words = wordsOf(inline)
    return at === null ? escaped(words) : `<!date^${at}^${dateFormat[inline.as]}|${escaped(words)}>`
  }
  if ('zone' in inline) {
    const dates = readersDates(inline).map(
      ({ timestamp, format, fallback }) => `<!date^${timestamp}^${format}|${escaped(fallback)}>`,
    )
    return escaped(zonedInWords(inline, { year: false })) + besides(dates).join('')
  }
  if ('person' in inline)
    return personId.test(inline.person) ? `<@${inline.person}>` : escaped(wordsOf(inline))
  if ('channel' in inline) {
    const channel = channelId.test(inline.channel) ? `<#${inline.channel}>` : escaped(wordsOf(inline))
    return inline.url ? `${channel} (<${escaped(inline.url)}|${itsMessage}>)` : channel
  }
  const found = groups(inline.role)
  return found.length ? found.map((group) => `<!subteam^${group}>`).join(' ') : escaped(inline.role)
}

/**
 * What a reader's own Slack writes of it. The end names its day only where it is another one, or half a day later:
 * 23:45–00:15 is understood without.
 */
function readersDates(told: Zoned): { timestamp: number; format: string; fallback: string }[] {
  const [start = '', end] = momentsOf(told)
  const date = (time: string, format: keyof typeof readersFormat) => {
    const timestamp = secondsOf(time)
    const inUtc = { ...('day' in told ? { day: time } : { moment: time }), zone: { id: 'UTC' } }
    if (timestamp === null) return []
    return [{ timestamp, format: readersFormat[format], fallback: zonedInWords(inUtc, { year: true }) }]
  }
  if ('day' in told) return date(start, 'day')
  if (!end) return date(start, 'both')
  const again = secondsBetween(start, end) >= 12 * 3600 || isOverMidnight(told)
  return [...date(start, 'both'), ...date(end, again ? 'both' : 'clock')]
}

/** Beside what is said for the runbook's zone. */
const besides = <T>(dates: readonly T[]): (T | string)[] =>
  dates.length ? [' (your time: ', ...dates.flatMap((date, i) => (i ? ['–', date] : [date])), ')'] : []

/** What of an inline fits, with an ellipsis. Mentions and times are whole or not there. */
function shortened(inline: Inline, room: number): string {
  const [around, text] = textOf(inline)
  for (let most = room; most > 1; most = Math.min(most - 1, Math.floor(most * 0.9))) {
    const part = cut(text, most)
    const written = around ? wrapped(around, part) : escaped(part)
    if (written.length <= room) return written
  }
  return '…'
}

const textOf = (inline: Inline): ['' | '*' | '_' | '`', string] => {
  if (typeof inline === 'string') return ['', inline]
  if ('bold' in inline) return ['*', visibleName(inline.bold)]
  if ('italic' in inline) return ['_', visibleName(inline.italic)]
  return 'code' in inline ? ['`', visibleName(inline.code)] : ['', '…']
}

/** How plain words are written for Slack: signs that mean something there are escaped, people are mentioned. */
export const slackWriting = {
  words: (text: string): string => escaped(text),
  person: (id: string): string => markupOf({ person: id }, () => []),
  channel: (id: string): string => markupOf({ channel: id }, () => []),
  time: (time: string, as: 'clock' | 'day and clock'): string => escaped(wordsOf({ time, as })),
  zoned: (told: Zoned): string => escaped(zonedText(told)),
}

const escaped = (text: string): string =>
  clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A sign within would end the formatting early: it gives way to one that looks the same. */
const lookalike = { '*': '∗', _: '_', '`': 'ˋ' } as const

function wrapped(sign: keyof typeof lookalike, text: string): string {
  const flat = escaped(text).replace(/\s+/g, ' ').replaceAll(sign, lookalike[sign])
  const inner = flat.trim()
  if (!inner) return flat
  const [before = '', after = ''] = flat.split(inner, 2)
  return `${before}${sign}${inner}${sign}${after}`
}

/** As elements of a rich text: nothing in it is read as markup. `length` is what counts towards a message's size. */
export function elements(
  line: Line,
  most: number,
  groups: GroupsOfRole,
): { elements: RichTextElement[]; length: number; whole: boolean } {
  const drawn: RichTextElement[] = []
  let length = 0
  for (const inline of line) {
    const next = elementsOf(inline, groups)
    const size = next.reduce((sum, element) => sum + sizeOf(element), 0)
    if (length + size > most) {
      const text = cut(clean(textOf(inline)[1]), Math.max(1, most - length))
      drawn.push({ type: 'text', text })
      return { elements: drawn, length: length + text.length, whole: false }
    }
    drawn.push(...next)
    length += size
  }
  return { elements: drawn, length, whole: true }
}

/** What an element counts towards a message's size. */
export const sizeOf = (element: RichTextElement): number =>
  element.type === 'text' ? element.text.length : JSON.stringify(element).length

function elementsOf(inline: Inline, groups: GroupsOfRole): RichTextElement[] {
  const plain = (text: string, style?: 'bold' | 'italic' | 'code'): RichTextElement[] => {
    const words = clean(text)
    return words ? [{ type: 'text', text: words, ...(style && { style: { [style]: true } }) }] : []
  }
  if (typeof inline === 'string') return plain(inline)
  if ('bold' in inline) return plain(visibleName(inline.bold), 'bold')
  if ('italic' in inline) return plain(visibleName(inline.italic), 'italic')
  if ('code' in inline) return plain(visibleName(inline.code), 'code')
  if ('time' in inline) {
    const timestamp = secondsOf(inline.time)
    if (timestamp === null) return plain(inline.time)
    return [{ type: 'date', timestamp, format: dateFormat[inline.as], fallback: wordsOf(inline) }]
  }
  if ('zone' in inline) {
    const dates = readersDates(inline).map((date): RichTextElement => ({ type: 'date', ...date }))
    return [
      ...plain(zonedInWords(inline, { year: false })),
      ...besides(dates).flatMap((each) => (typeof each === 'string' ? plain(each) : each)),
    ]
  }
  if ('person' in inline)
    return personId.test(inline.person) ? [{ type: 'user', user_id: inline.person }] : plain(wordsOf(inline))
  if ('channel' in inline) {
    const channel: RichTextElement[] = channelId.test(inline.channel)
      ? [{ type: 'channel', channel_id: inline.channel }]
      : plain(wordsOf(inline))
    if (!inline.url) return channel
    return [...channel, ...plain(' ('), { type: 'link', url: inline.url, text: itsMessage }, ...plain(')')]
  }
  const found = groups(inline.role)
  return found.length
    ? found.map((group) => ({ type: 'usergroup' as const, usergroup_id: group }))
    : plain(inline.role)
}

function secondsOf(time: string): number | null {
  const at = Math.floor(Date.parse(time) / 1000)
  return Number.isFinite(at) && at >= 0 ? at : null
}

function wordsOf(inline: Exclude<Inline, string>): string {
  if ('time' in inline)
    return secondsOf(inline.time) === null ? inline.time : timeInWords(inline.time, inline.as)
  if ('person' in inline) return `@${inline.person.replace(/^@/, '')}`
  if ('channel' in inline) return `#${inline.channel.replace(/^#/, '')}`
  return ''
}
