import type { Block, Element } from '../blocks.ts'
import { interactive } from '../blocks.ts'
import type { Arguments } from './emulator.ts'

/** What Slack would refuse: the emulator takes anything, and a message that only works here is worth nothing. */
export interface Refusal {
  error: string
  messages: string[]
}

/** Limits of Slack's documentation, in characters, where it does not say otherwise. */
const limits = {
  blocksOfMessage: 50,
  blocksOfModal: 100,
  allBlocks: 13_000,
  section: 3000,
  field: 2000,
  header: 150,
  button: 75,
  value: 2000,
  blockId: 255,
  modalTitle: 24,
  metadata: 3000,
  text: 40_000,
  textOfUpdate: 4000,
}

export function checkLimits(method: string, values: Arguments): Refusal | null {
  const faults: string[] = []
  if (method.startsWith('chat.')) {
    const longest = method === 'chat.update' ? limits.textOfUpdate : limits.text
    if ((values['text']?.length ?? 0) > longest) return { error: 'msg_too_long', messages: [] }
    if (values['blocks']) {
      const blocks = JSON.parse(values['blocks']) as Block[]
      if (blocks.length > limits.blocksOfMessage)
        faults.push(`no more than ${limits.blocksOfMessage} items allowed [json-pointer:/blocks]`)
      if (values['blocks'].length > limits.allBlocks * 2 || textLength(blocks) > limits.allBlocks)
        return { error: 'msg_blocks_too_long', messages: [] }
      faults.push(...faultsOf(blocks))
      if (faults.length) return { error: 'invalid_blocks', messages: faults }
    }
  }
  if (method === 'views.open' || method === 'views.push' || method === 'views.update') {
    const view = JSON.parse(values['view'] ?? '{}') as {
      blocks?: Block[]
      title?: { text: string }
      private_metadata?: string
      submit?: unknown
    }
    if ((view.title?.text.length ?? 0) > limits.modalTitle)
      faults.push(`must be less than 25 characters [json-pointer:/view/title/text]`)
    if ((view.private_metadata?.length ?? 0) > limits.metadata)
      faults.push('must be less than 3001 characters [json-pointer:/view/private_metadata]')
    if ((view.blocks?.length ?? 0) > limits.blocksOfModal)
      faults.push('no more than 100 items allowed [json-pointer:/view/blocks]')
    if (!view.submit && view.blocks?.some((block) => block.type === 'input'))
      faults.push('a submit button is needed with an input [json-pointer:/view/submit]')
    faults.push(...faultsOf(view.blocks ?? []))
    if (faults.length) return { error: 'invalid_arguments', messages: faults }
  }
  return null
}

function faultsOf(blocks: readonly Block[]): string[] {
  const faults: string[] = []
  const seen = new Set<string>()
  blocks.forEach((block, i) => {
    const at = (where: string) => `[json-pointer:/blocks/${i}${where}]`
    if (block.block_id !== undefined) {
      if (block.block_id.length > limits.blockId)
        faults.push(`must be less than 256 characters ${at('/block_id')}`)
      if (seen.has(block.block_id)) faults.push(`block_id ${block.block_id} already exists ${at('')}`)
      seen.add(block.block_id)
    }
    const text = (block['text'] as { text?: string } | undefined)?.text
    if (text === '') faults.push(`must be more than 0 characters ${at('/text/text')}`)
    if (block.type === 'section' && text && text.length > limits.section)
      faults.push(`must be less than 3001 characters ${at('/text/text')}`)
    if (block.type === 'header' && text && text.length > limits.header)
      faults.push(`must be less than 151 characters ${at('/text/text')}`)
    if (block.type === 'actions' && !block.elements?.length)
      faults.push(`must have at least 1 item ${at('/elements')}`)
  })
  const actions = new Set<string>()
  for (const { block, element } of interactive(blocks)) {
    faults.push(...faultsOfElement(element))
    const key = `${block.block_id}/${element.action_id}`
    if (block.block_id && actions.has(key)) faults.push(`action_id ${element.action_id} already exists`)
    actions.add(key)
  }
  return faults
}

function faultsOfElement(element: Element): string[] {
  if (element.type !== 'button') return []
  const label = (element['text'] as { text: string }).text
  const value = element['value'] as string | undefined
  const spoken = element['accessibility_label'] as string | undefined
  return [
    ...(label.length > limits.button ? [`button text of more than 75 characters: ${label}`] : []),
    ...(value && value.length > limits.value ? ['button value of more than 2000 characters'] : []),
    ...(spoken && spoken.length > limits.button
      ? [`accessibility_label of more than 75 characters: ${spoken}`]
      : []),
  ]
}

/** What a reader sees of blocks, in characters. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0)
  if (value && typeof value === 'object')
    return Object.entries(value).reduce(
      (sum, [key, one]) => sum + (key === 'text' && typeof one === 'string' ? one.length : textLength(one)),
      0,
    )
  return 0
}
