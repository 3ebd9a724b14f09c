import type {
  ActionsBlock,
  Button,
  ContextBlock,
  KnownBlock,
  RichTextBlock,
  RichTextElement,
} from '@slack/types'
import type { Action, Line, Part, RowWord, View } from '../domain/view.ts'
import { shortened } from '../views/marks.ts'
import { plainText } from '../views/words/plain.ts'
import { clean, cut, elements, markup, sizeOf, slackWriting, type GroupsOfRole } from './line.ts'

/**
 * Slack's limits, in characters. A message of about 11,000 over all blocks is refused (`msg_blocks_too_long`, written
 * nowhere; bolt-js#2509): 9,000 leaves room for what Slack counts otherwise than we do.
 */
const limits = {
  message: 9_000,
  section: 3_000,
  part: 2_900,
  context: 2_000,
  hint: 300,
  text: 4_000,
  buttons: 25,
  allButtons: 4_500,
  label: 30,
  accessibility: 75,
  blocks: { message: 50, modal: 100 },
} as const

export interface Drawing {
  /** One for each action, in order; an action without one is left out. */
  nonces: readonly string[]
  groups: GroupsOfRole
}

export interface Drawn {
  /** The whole message in plain words: what screen readers and phones' notifications read. */
  text: string
  blocks: KnownBlock[]
}

/** A view as a message. Never throws: what Slack would not take is shortened, and says so. */
export function drawMessage(view: View, drawing: Drawing): Drawn {
  return {
    text: cut(clean(plainText(view, slackWriting)), limits.text) || '…',
    blocks: drawBlocks(view, drawing, limits.blocks.message),
  }
}

/** A view's blocks, for a message or within a modal. */
export function drawBlocks(view: View, drawing: Drawing, most: number = limits.blocks.modal): KnownBlock[] {
  const head = markup(view.state, limits.section, drawing.groups).trim() || '…'
  const { blocks: actions, whole: offered } = actionBlocks(view.actions, drawing.nonces)
  const names = (view.files ?? []).map((file) => file.name)
  const room = limits.message - head.length - lengthOf(actions) - limits.hint
  const { blocks, whole } = drawParts(view.parts, room, most - 2 - actions.length, drawing.groups)
  return [
    { type: 'section', text: { type: 'mrkdwn', text: head, verbatim: true } },
    ...blocks,
    ...(whole && offered ? [] : [context(shortened(names), drawing.groups, limits.hint)]),
    ...actions,
  ]
}

export interface DrawnParts {
  blocks: KnownBlock[]
  /** Nothing is shortened or left out. */
  whole: boolean
  /** The same of the parts that are to be kept. */
  keeps: boolean
}

/**
 * Parts one after another until `room` characters or `most` blocks are used up. Those to be kept have room first, in as
 * many blocks as they need; the others give way.
 */
export function drawParts(
  parts: readonly Part[],
  room: number,
  most: number,
  groups: GroupsOfRole,
): DrawnParts {
  const keeping = new Map(parts.filter(({ keep }) => keep).map((part) => [part, drawWhole(part, groups)]))
  let left = room
  let blocksLeft = most
  let keeps = true
  for (const [part, drawn] of keeping) {
    const length = lengthOf(drawn)
    if (length > left || drawn.length > blocksLeft) {
      keeps = false
      keeping.delete(part)
    } else {
      left -= length
      blocksLeft -= drawn.length
    }
  }
  const blocks: KnownBlock[] = []
  let whole = true
  for (const part of parts) {
    const kept = keeping.get(part)
    if (kept) blocks.push(...kept)
    else if (!whole) continue
    else if (left < 40 || blocksLeft < 1) whole = false
    else {
      const drawn = drawPart(part, Math.min(left, limits.part), groups)
      if (drawn.block) {
        blocks.push(drawn.block)
        blocksLeft -= 1
      }
      left -= drawn.length
      whole = drawn.whole
    }
  }
  return { blocks, whole, keeps }
}

/** A part in as many blocks as it needs. */
function drawWhole(part: Part, groups: GroupsOfRole): KnownBlock[] {
  if (part.part === 'code')
    return pieces(clean(part.text)).flatMap((text) => drawCode(text, limits.part).block ?? [])
  const blocks: RichTextElement[][] = []
  let length = Infinity
  for (const [i, line] of linesOf(part).entries())
    for (const element of elements(i ? ['\n', ...line] : line, Infinity, groups).elements)
      for (const piece of element.type === 'text'
        ? pieces(element.text).map((text) => ({ ...element, text }))
        : [element]) {
        const size = sizeOf(piece)
        if (length + size > limits.part) {
          blocks.push([])
          length = 0
        }
        blocks.at(-1)?.push(piece)
        length += size
      }
  return blocks.map(richText)
}

/** A long text in parts that a block holds, whole characters each. */
function pieces(text: string): string[] {
  const found: string[] = []
  for (let rest = text; rest;) {
    const isSplit = rest.length > limits.part && /[\uD800-\uDBFF]/.test(rest[limits.part - 1] ?? '')
    const end = limits.part - (isSplit ? 1 : 0)
    found.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return found
}

type DrawnPart = { block: KnownBlock | null; length: number; whole: boolean }

function drawPart(part: Part, most: number, groups: GroupsOfRole): DrawnPart {
  if (part.part === 'code') return drawCode(clean(part.text), most)
  if (part.part !== 'note') return drawLines(linesOf(part), most, groups)
  const block = context(part.line, groups, Math.min(most, limits.context))
  return { block, length: lengthOf([block]), whole: true }
}

function linesOf(part: Exclude<Part, { part: 'code' }>): Line[] {
  switch (part.part) {
    case 'text':
    case 'note':
      return [part.line]
    case 'list':
      return part.items.map((item, i) => [part.numbered ? `${i + 1} · ` : '• ', ...item])
    case 'rows':
      return part.rows.map((row) => [rowWord(row.word), ' ', ...row.line])
  }
}

/** Bold for what a tired reader must find; a word, never a colour or a sign alone. */
const rowWord = (word: RowWord): Line[number] =>
  ['Now', 'Failed', 'Waits for you', 'Blocker', 'Warning'].includes(word) ? { bold: `${word}:` } : `${word}:`

function drawCode(text: string, most: number): DrawnPart {
  const shown = cut(text, most)
  if (!shown.trim()) return { block: null, length: 0, whole: true }
  const block: RichTextBlock = {
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown }] }],
  }
  return { block, length: shown.length, whole: shown === text }
}

function drawLines(lines: readonly Line[], most: number, groups: GroupsOfRole): DrawnPart {
  const drawn: RichTextElement[] = []
  let length = 0
  for (const [i, line] of lines.entries()) {
    const next = elements(i ? ['\n', ...line] : line, most - length, groups)
    drawn.push(...next.elements)
    length += next.length
    if (!next.whole) return { block: richText(drawn), length, whole: false }
  }
  return { block: drawn.length ? richText(drawn) : null, length, whole: true }
}

const richText = (drawn: RichTextElement[]): RichTextBlock => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: drawn }],
})

function context(line: Line, groups: GroupsOfRole, most: number = limits.context): ContextBlock {
  const text = markup(line, most, groups).trim() || '…'
  return { type: 'context', elements: [{ type: 'mrkdwn', text, verbatim: true }] }
}

export function actionBlocks(
  actions: readonly Action[],
  nonces: readonly string[],
): { blocks: ActionsBlock[]; whole: boolean } {
  const primary = actions.findIndex((action) => action.style === 'primary')
  const all = actions.flatMap((action, i) => {
    const nonce = nonces[i]
    return nonce ? [button(action, nonce, i, action.style === 'primary' && i !== primary)] : []
  })
  let length = 0
  const buttons = all.filter((drawn) => (length += lengthOf([drawn])) <= limits.allButtons)
  const blocks = Array.from({ length: Math.ceil(buttons.length / limits.buttons) }, (_, row) => ({
    type: 'actions' as const,
    elements: buttons.slice(row * limits.buttons, (row + 1) * limits.buttons),
  }))
  return { blocks, whole: buttons.length === all.length }
}

/** What runs or rolls back at once asks once more; what opens a form asks there. */
function button(action: Action, nonce: string, i: number, plain: boolean): Button {
  const label = cut(clean(action.label).trim(), limits.label) || '…'
  const says = clean(action.says).trim()
  const style = plain ? undefined : action.style
  return {
    type: 'button',
    action_id: `${pressed}${i}`,
    text: { type: 'plain_text', text: label, emoji: false },
    value: nonce,
    ...(says && { accessibility_label: cut(says, limits.accessibility) }),
    ...(style && { style }),
    ...(style === 'danger' &&
      !label.endsWith('…') && {
        confirm: {
          title: { type: 'plain_text', text: `${label}?`, emoji: false },
          text: { type: 'plain_text', text: cut(says, 300) || label, emoji: false },
          confirm: { type: 'plain_text', text: label, emoji: false },
          deny: { type: 'plain_text', text: 'Not now', emoji: false },
          style: 'danger',
        },
      }),
  }
}

/** How the ids of our buttons begin: the rest numbers them, as ids must differ within a block. */
export const pressed = 'press:'

/** Characters of all texts in blocks, as far as Slack's limit on a message is known to count them. */
export function lengthOf(blocks: readonly unknown[]): number {
  let length = 0
  JSON.stringify(blocks, (key, value: unknown) => {
    if (typeof value === 'string' && key !== 'type') length += value.length
    return value
  })
  return length
}
