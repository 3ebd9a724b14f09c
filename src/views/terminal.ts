import { styleText } from 'node:util'
import { visible, visibleName } from '../visible.ts'
import type { Form, Inline, Line, Part, RowWord, View } from '../domain/view.ts'
import { asInTerminal, lineOf } from './words/typed.ts'
import { timeInWords } from './words/time.ts'
import { zonedText } from './words/zoned.ts'

/** What a terminal can show. */
export interface Terminal {
  colour: boolean
  /** Columns. */
  width: number
  /** The name of a person, as `@asha`; without it the id is shown. */
  people?: (id: string) => string
  /** How Lockkeeper is called here; `lockkeeper` without it. */
  command?: string
  /** An IANA time zone; UTC without it. */
  timeZone?: string
}

type Style = Exclude<Parameters<typeof styleText>[0], readonly unknown[]>

/** A word beside each colour: nothing is said by colour alone. */
const colours: Record<RowWord, Style> = {
  Done: 'green',
  Passed: 'green',
  Now: 'cyan',
  'Not run': 'dim',
  Skipped: 'dim',
  Undone: 'dim',
  Note: 'dim',
  'Waits for you': 'yellow',
  Warning: 'yellow',
  Failed: 'red',
  Blocker: 'red',
}

/** The same view as in Slack. Buttons are the lines to type. */
export function terminalText(view: View, terminal: Terminal): string {
  const files = (view.files ?? []).map((file) => visibleName(`File: ${file.name} (${file.title})`))
  const lines = view.actions.map((action) => ({ line: lineOf(action, terminal.command), says: action.says }))
  const lengths = lines.map(({ line }) => line.length)
  const longest = Math.max(0, ...lengths.filter((length) => length <= terminal.width / 2))
  return [
    ...laid(view.state, terminal, '', '', 'bold'),
    ...view.parts.flatMap((part) => partLines(part, terminal)),
    ...files,
    ...(lines.length ? [''] : []),
    // One that is too long for a column of its own moves no other.
    ...lines.flatMap(({ line, says }) => {
      const after = line.length > longest ? '    ' : ' '.repeat(longest + 4)
      return laid([{ code: line.padEnd(longest) }, '  ', says], terminal, '  ', after)
    }),
  ].join('\n')
}

/** What stands above the questions of a form. */
export const formText = (form: Form, terminal: Terminal): string =>
  terminalText({ state: [form.title], parts: form.parts, actions: form.actions ?? [] }, terminal)

function partLines(part: Part, terminal: Terminal): string[] {
  switch (part.part) {
    case 'text':
      return linesOf(part.line).flatMap((line) => laid(line, terminal))
    case 'note':
      return linesOf(part.line).flatMap((line) => laid(line, terminal, '', '', 'dim'))
    case 'code':
      return visible(part.text)
        .split('\n')
        .map((line) => (part.exact ? line : `    ${line}`))
    case 'list':
      return part.items.flatMap((item, i) => {
        const mark = part.numbered ? `${i + 1}. ` : '- '
        return laid(item, terminal, `  ${mark}`, ' '.repeat(mark.length + 2))
      })
    case 'rows': {
      const width = Math.max(...part.rows.map(({ word }) => word.length))
      return part.rows.flatMap(({ word, line }) => {
        const mark = painted(word.padEnd(width), terminal.colour ? colours[word] : null)
        const indent = ' '.repeat(width + 2)
        return laid(line, terminal, indent).map((text, i) => (i ? text : `${mark}  ${text.slice(width + 2)}`))
      })
    }
  }
}

/** What its writer put on lines of their own, as announcements have them. */
const linesOf = (line: Line): Line[] =>
  line.reduce<Inline[][]>(
    (lines, inline) => {
      const [first = '', ...rest] = typeof inline === 'string' ? inline.split('\n') : [inline]
      lines.at(-1)?.push(first)
      lines.push(...rest.map((each) => [each]))
      return lines
    },
    [[]],
  )

const painted = (text: string, style: Style | null): string =>
  style ? styleText(style, text, { validateStream: false }) : text

/** A line broken into the terminal's width at blanks; a word that is longer stands alone. */
function laid(line: Line, terminal: Terminal, first = '', next = first, all: Style | null = null): string[] {
  const words = line.flatMap((inline) => {
    const style = styleOf(inline) ?? all
    return wordsOf(inline, terminal)
      .split(/(\s+)/)
      .filter(Boolean)
      .map((word) => ({ word: word.includes('\n') ? ' ' : word, style }))
  })
  const width = Math.max(20, terminal.width)
  const rows: { words: typeof words; length: number; indent: string }[] = [
    { words: [], length: first.length, indent: first },
  ]
  for (const each of unbroken(words)) {
    const row = rows.at(-1)
    const length = each.reduce((sum, { word }) => sum + word.length, 0)
    const blank = each.every(({ word }) => !word.trim())
    if (row && (blank || row.length + length <= width || row.words.length === 0)) {
      row.words.push(...each)
      row.length += length
    } else rows.push({ words: [...each], length: next.length + length, indent: next })
  }
  return rows.map((row) => {
    const text = merged(row.words)
      .map(({ word, style }) => painted(word, terminal.colour ? style : null))
      .join('')
    return row.indent + text.trimEnd()
  })
}

/** Neighbours of the same style, as one. */
function merged<T extends { word: string; style: Style | null }>(
  words: readonly T[],
): { word: string; style: Style | null }[] {
  const groups: { word: string; style: Style | null }[] = []
  for (const { word, style } of words) {
    const last = groups.at(-1)
    if (last && last.style === style) last.word += word
    else groups.push({ word, style })
  }
  return groups
}

/** Words that no blank separates stay together: `(55P03)` is made of three. */
function unbroken<T extends { word: string }>(words: readonly T[]): T[][] {
  const groups: T[][] = []
  for (const each of words) {
    const group = groups.at(-1)
    const before = group?.at(-1)
    if (group && before && before.word.trim() && each.word.trim()) group.push(each)
    else groups.push([each])
  }
  return groups
}

const styleOf = (inline: Inline): Style | null => {
  if (typeof inline === 'string') return null
  if ('bold' in inline) return 'bold'
  if ('code' in inline) return 'cyan'
  return 'italic' in inline ? 'italic' : null
}

/** Hidden characters are shown before anything is coloured. */
const wordsOf = (inline: Inline, terminal: Terminal): string =>
  typeof inline === 'string' ? visible(inline) : visibleName(rawWordsOf(inline, terminal))

function rawWordsOf(inline: Exclude<Inline, string>, terminal: Terminal): string {
  if ('bold' in inline) return inline.bold
  if ('italic' in inline) return inline.italic
  if ('code' in inline) return asInTerminal(inline, terminal.command)
  if ('person' in inline) return terminal.people?.(inline.person) ?? `@${inline.person.replace(/^@/, '')}`
  if ('channel' in inline) return `#${inline.channel.replace(/^#/, '')}`
  if ('zone' in inline) return zonedText(inline, terminal.timeZone)
  return 'role' in inline ? inline.role : timeInWords(inline.time, inline.as, terminal.timeZone)
}
