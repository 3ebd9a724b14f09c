import type { InputBlock, KnownBlock, ModalView, PlainTextElement, PlainTextOption } from '@slack/types'
import { z } from 'zod'
import type { FormValues } from '../domain/desk.ts'
import type { Field, Form, Option, View } from '../domain/view.ts'
import { formShortened, formTooLong, lookAgain } from '../views/marks.ts'
import { actionBlocks, drawBlocks, drawParts, type Drawing } from './blocks.ts'
import { clean, cut, type GroupsOfRole } from './line.ts'

/** Slack's limits on what modals hold. */
const limits = {
  title: 24,
  label: 2_000,
  option: 75,
  ticks: 10,
  options: 100,
  metadata: 3_000,
  initial: 3_000,
  /** One is left for what is said when something is left out. */
  blocks: 99,
  /** Of all its texts. A view may have 250 kB as JSON (`view_too_large`). */
  characters: 40_000,
} as const

/** The callback of every form. */
export const formCallback = 'form'

/** What travels with a form: enough to compare what was typed before anything is looked up. */
export const carriedSchema = z.object({
  nonce: z.string(),
  mustBe: z.record(z.string(), z.string()),
  numbers: z.array(z.string()),
})
export type Carried = z.output<typeof carriedSchema>

const plain = (text: string, most: number): PlainTextElement => ({
  type: 'plain_text',
  text: cut(clean(text).trim(), most) || '…',
  emoji: false,
})

const close = plain('Close', limits.title)

/** A view in a modal. `title` where the view has none of its own. */
export function viewModal(view: View, title: string, drawing: Drawing): ModalView {
  return { type: 'modal', title: plain(title, limits.title), close, blocks: drawBlocks(view, drawing) }
}

/**
 * A form as a modal. Its options travel as numbers; what they stand for is kept under the nonce. One whose parts to be
 * kept do not fit has no button: nobody agrees to what they were not shown.
 */
export function formModal(form: Form, nonce: string, { nonces, groups }: Drawing): ModalView {
  const inputs = form.fields.flatMap(inputsOf)
  const { blocks: buttons } = actionBlocks(form.actions ?? [], nonces)
  const room = limits.blocks - inputs.length - buttons.length
  const { blocks, whole, keeps } = drawParts(form.parts, limits.characters, room, groups)
  const modal = { type: 'modal' as const, title: plain(form.title, limits.title), close }
  if (!keeps || room < 0) {
    const said = drawParts([{ part: 'text', line: formTooLong(form.inFull) }], limits.characters, 1, groups)
    return { ...modal, blocks: [...said.blocks, ...buttons] }
  }
  const more = whole
    ? []
    : drawParts([{ part: 'note', line: formShortened(form.inFull) }], 2_000, 1, groups).blocks
  return {
    ...modal,
    callback_id: formCallback,
    submit: plain(form.submit, limits.title),
    private_metadata: carry(form, nonce),
    blocks: [...blocks, ...more, ...buttons, ...inputs],
  }
}

function carry(form: Form, nonce: string): string {
  const mustBe = Object.fromEntries(
    form.fields.flatMap((f) => (f.kind === 'text' && f.mustBe !== undefined ? [[f.name, f.mustBe]] : [])),
  )
  const numbers = form.fields.filter((f) => f.kind === 'number').map((f) => f.name)
  const carried = JSON.stringify({ nonce, mustBe, numbers } satisfies Carried)
  // Too long to travel: then the desk alone compares.
  return carried.length <= limits.metadata ? carried : JSON.stringify({ nonce, mustBe: {}, numbers: [] })
}

/** The values behind a form's numbered options, by field: kept with its nonce. */
export const optionsOf = (form: Form): Record<string, string[]> =>
  Object.fromEntries(
    form.fields.flatMap((f) =>
      f.kind === 'select' || f.kind === 'ticks' ? [[f.name, f.options.map((option) => option.value)]] : [],
    ),
  )

/** One block for a field, but for ticks: Slack takes ten in a group. */
function inputsOf(field: Field): InputBlock[] {
  const input = (element: InputBlock['element'], optional: boolean, group = 0): InputBlock => ({
    type: 'input',
    block_id: `${field.name}#${group}`,
    label: plain(group ? `${field.label} (more)` : field.label, limits.label),
    element,
    optional,
    ...(field.hint && !group && { hint: plain(field.hint, limits.label) }),
  })
  switch (field.kind) {
    case 'text':
      return [input({ type: 'plain_text_input', action_id: 'value' }, field.optional === true)]
    case 'number':
      return [
        input({ type: 'number_input', action_id: 'value', is_decimal_allowed: false, min_value: '0' }, false),
      ]
    case 'select':
      return field.options.length
        ? [
            input(
              {
                type: 'static_select',
                action_id: 'value',
                options: numbered(field.options.slice(0, limits.options)),
              },
              false,
            ),
          ]
        : []
    case 'ticks':
      return Array.from({ length: Math.ceil(field.options.length / limits.ticks) }, (_, group) => {
        const from = group * limits.ticks
        const options = numbered(field.options.slice(from, from + limits.ticks), from)
        return input(
          { type: 'checkboxes', action_id: 'value', options },
          field.options.length > limits.ticks,
          group,
        )
      })
  }
}

const numbered = (options: readonly Option[], from = 0): PlainTextOption[] =>
  options.map((option, i) => ({
    text: plain(option.label, limits.option),
    value: String(from + i),
    ...(option.hint && { description: plain(option.hint, limits.option) }),
  }))

/** What Slack says was filled in, by block and action. */
export type Filled = Record<string, Record<string, FilledInput>>
export interface FilledInput {
  type: string
  value?: string | null | undefined
  selected_option?: { value?: string | undefined } | null | undefined
  selected_options?: { value?: string | undefined }[] | null | undefined
}

/** What was filled in, by field. Options stand for what was kept with the form; one that was not offered is dropped. */
export function valuesOf(filled: Filled, options: Readonly<Record<string, readonly string[]>>): FormValues {
  const values: Record<string, string | string[]> = {}
  for (const [block, { value: input }] of Object.entries(filled)) {
    const name = fieldOf(block)
    const offered = (number: string | undefined) => options[name]?.[Number(number)]
    if (!input) continue
    else if (input.type === 'checkboxes') {
      const ticked = (input.selected_options ?? []).flatMap((option) => offered(option.value) ?? [])
      values[name] = [...(Array.isArray(values[name]) ? values[name] : []), ...ticked]
    } else if (input.type === 'static_select') values[name] = offered(input.selected_option?.value) ?? ''
    else values[name] = input.value ?? ''
  }
  return values
}

export const fieldOf = (block: string): string => block.replace(/#\d+$/, '')

/** Which block tells a field's fault: its first one. */
export const blockOf = (field: string): string => `${field}#0`

/** The same form once more, filled in as it was, with what is wrong above it. */
export function formAgain(
  blocks: readonly KnownBlock[],
  filled: Filled,
  faults: readonly { field: string; why: string }[],
  groups: GroupsOfRole,
): KnownBlock[] {
  const { blocks: said } = drawParts([{ part: 'text', line: lookAgain(faults) }], 2_000, 1, groups)
  const kept = blocks.filter((block) => block.block_id !== faultsBlock)
  return [
    ...said.map((block) => ({ ...block, block_id: faultsBlock })),
    ...kept.map((block) => refilled(block, filled)),
  ]
}

const faultsBlock = 'faults'

function refilled(block: KnownBlock, filled: Filled): KnownBlock {
  const given = block.type === 'input' && block.block_id ? filled[block.block_id]?.['value'] : undefined
  if (block.type !== 'input' || !given) return block
  const { element } = block
  const chosen = (value: string | undefined, options: readonly unknown[] | undefined) =>
    (options as PlainTextOption[] | undefined)?.find((option) => option.value === value)
  if (element.type === 'plain_text_input' || element.type === 'number_input')
    return given.value
      ? { ...block, element: { ...element, initial_value: cut(given.value, limits.initial) } }
      : block
  if (element.type === 'static_select') {
    const option = chosen(given.selected_option?.value, element.options)
    return option ? { ...block, element: { ...element, initial_option: option } } : block
  }
  if (element.type !== 'checkboxes') return block
  const ticked = (given.selected_options ?? []).flatMap((o) => chosen(o.value, element.options) ?? [])
  return ticked.length ? { ...block, element: { ...element, initial_options: ticked } } : block
}
