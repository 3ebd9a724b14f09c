import { z } from 'zod'

/**
 * What Slack's documentation says of blocks (docs.slack.dev/reference/block-kit), as far as we use them: what is written
 * otherwise is refused as Slack refuses it. The limit over a whole message is written nowhere (bolt-js#2509).
 */
const wholeMessage = 11_000

const plain = (most: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(most),
    emoji: z.boolean().optional(),
  })
const mrkdwn = (most: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(most),
    verbatim: z.boolean().optional(),
  })
const text = (most: number) => z.union([plain(most), mrkdwn(most)])
const id = z.string().min(1).max(255)
const option = z.strictObject({
  text: text(75),
  value: z.string().min(1).max(150),
  description: plain(75).optional(),
})

const style = z.strictObject({
  bold: z.boolean().optional(),
  italic: z.boolean().optional(),
  strike: z.boolean().optional(),
  code: z.boolean().optional(),
})
const inline = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), style: style.optional() }),
  z.strictObject({
    type: z.literal('link'),
    url: z.url(),
    text: z.string().optional(),
    style: style.optional(),
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().regex(/^[UW]/) }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().regex(/^[CGD]/) }),
  z.strictObject({ type: z.literal('usergroup'), usergroup_id: z.string().regex(/^S/) }),
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int().nonnegative(),
    format: z.string().min(1),
    fallback: z.string().optional(),
  }),
])

const button = z.strictObject({
  type: z.literal('button'),
  action_id: id,
  text: plain(75),
  value: z.string().max(2_000).optional(),
  url: z.url().max(3_000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  accessibility_label: z.string().max(75).optional(),
  confirm: z
    .strictObject({
      title: plain(100),
      text: plain(300),
      confirm: plain(30),
      deny: plain(30),
      style: z.enum(['primary', 'danger']).optional(),
    })
    .optional(),
})

const inputs = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('plain_text_input'),
    action_id: id,
    multiline: z.boolean().optional(),
    max_length: z.number().int().min(1).max(3_000).optional(),
    min_length: z.number().int().min(0).optional(),
    initial_value: z.string().optional(),
    placeholder: plain(150).optional(),
    focus_on_load: z.boolean().optional(),
  }),
  z.looseObject({
    type: z.literal('static_select'),
    action_id: id,
    options: z.array(option).min(1).max(100),
  }),
  z.looseObject({ type: z.literal('checkboxes'), action_id: id, options: z.array(option).min(1).max(10) }),
  z.looseObject({ type: z.literal('radio_buttons'), action_id: id, options: z.array(option).min(1).max(10) }),
  z.looseObject({ type: z.literal('number_input'), action_id: id }),
  z.looseObject({ type: z.literal('datetimepicker'), action_id: id }),
  z.looseObject({ type: z.literal('datepicker'), action_id: id }),
  z.looseObject({ type: z.literal('timepicker'), action_id: id }),
])

const block = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('section'),
    block_id: id.optional(),
    text: text(3_000),
    accessory: button.optional(),
    expand: z.boolean().optional(),
  }),
  z.strictObject({
    type: z.literal('context'),
    block_id: id.optional(),
    elements: z.array(text(3_000)).min(1).max(10),
  }),
  z.strictObject({ type: z.literal('header'), block_id: id.optional(), text: plain(150) }),
  z.strictObject({ type: z.literal('divider'), block_id: id.optional() }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: id.optional(),
    elements: z.array(button).min(1).max(25),
  }),
  z.strictObject({
    type: z.literal('rich_text'),
    block_id: id.optional(),
    elements: z
      .array(
        z.strictObject({
          type: z.enum(['rich_text_section', 'rich_text_preformatted', 'rich_text_quote']),
          elements: z.array(inline).min(1),
          border: z.number().optional(),
        }),
      )
      .min(1),
  }),
  z.strictObject({
    type: z.literal('input'),
    block_id: id.optional(),
    label: plain(2_000),
    hint: plain(2_000).optional(),
    optional: z.boolean().optional(),
    element: inputs,
  }),
  z.strictObject({
    type: z.literal('alert'),
    block_id: id.optional(),
    text: text(200),
    level: z.string().optional(),
  }),
])

const blocksOf = (most: number) =>
  z
    .array(block)
    .max(most)
    .superRefine((blocks, context) => {
      const ids = blocks.flatMap(({ block_id: given }) => given ?? [])
      if (new Set(ids).size < ids.length) context.addIssue('block_id is given twice')
      for (const each of blocks) {
        const actions = each.type === 'actions' ? each.elements.map(({ action_id: given }) => given) : []
        if (new Set(actions).size < actions.length) context.addIssue('action_id is given twice in a block')
      }
    })

const message = blocksOf(50)
const modal = z.looseObject({
  type: z.literal('modal'),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  private_metadata: z.string().max(3_000).optional(),
  blocks: blocksOf(100),
})

export interface BlockFault {
  error: 'invalid_blocks' | 'msg_blocks_too_long' | 'invalid_view'
  errors: { pointer: string; code: string; message: string }[]
}

/** What Slack would say against the blocks of a message; null: nothing. */
export function faultOfBlocks(blocks: unknown): BlockFault | null {
  const read = message.safeParse(blocks)
  if (!read.success) return { error: 'invalid_blocks', errors: errorsOf(read.error) }
  let length = 0
  JSON.stringify(blocks, (key, value: unknown) => {
    if (typeof value === 'string' && key !== 'type') length += value.length
    return value
  })
  return length > wholeMessage ? { error: 'msg_blocks_too_long', errors: [] } : null
}

export function faultOfView(view: unknown): BlockFault | null {
  const read = modal.safeParse(view)
  return read.success ? null : { error: 'invalid_view', errors: errorsOf(read.error) }
}

const errorsOf = (error: z.ZodError): BlockFault['errors'] =>
  error.issues.map((issue) => ({
    pointer: `/${issue.path.join('/')}`,
    code: 'failed_constraint',
    message: issue.message,
  }))
