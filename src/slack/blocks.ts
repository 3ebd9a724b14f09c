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
import { clean, cut, elements, markup, slackWriting, type GroupsOfRole } from './line.ts'

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

/** Parts one after another until `room` characters or `most` blocks are used up. */
export function drawParts(
  parts: readonly Part[],
  room: number,
  most: number,
  groups: GroupsOfRole,
): { blocks: KnownBlock[]; whole: boolean } {
  const blocks: KnownBlock[] = []
  let left = room
  for (const part of parts) {
    if (left < 40 || blocks.length >= most) return { blocks, whole: false }
    const drawn = drawPart(part, Math.min(left, limits.part), groups)
    if (drawn.block) blocks.push(drawn.block)
    left -= drawn.length
    if (!drawn.whole) return { blocks, whole: false }
  }
  return { blocks, whole: true }
}

type DrawnPart = { block: KnownBlock | null; length: number; whole: boolean }

function drawPart(part: Part, most: number, groups: GroupsOfRole): DrawnPart {
  switch (part.part) {
    case 'note': {
      const block = context(part.line, groups, Math.min(most, limits.context))
      return { block, length: lengthOf([block]), whole: true }
    }
    case 'code':
      return drawCode(clean(part.text), most)
    case 'text':
      return drawLines([part.line], most, groups)
    case 'list':
      return drawLines(
        part.items.map((item, i): Line => [part.numbered ? `${i + 1} · ` : '• ', ...item]),
        most,
        groups,
      )
    case 'rows':
      return drawLines(
        part.rows.map((row): Line => [rowWord(row.word), ' ', ...row.line]),
        most,
        groups,
      )
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

function actionBlocks(
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
