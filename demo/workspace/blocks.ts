import { randomBytes } from 'node:crypto'

/** Block Kit as it arrives: only what the workspace itself looks at is typed. */
export interface Block {
  type: string
  block_id?: string
  elements?: Element[]
  element?: Element
  accessory?: Element
  child_blocks?: Block[]
  [key: string]: unknown
}

export interface Element {
  type: string
  action_id?: string
  options?: Option[]
  option_groups?: { options: Option[] }[]
  [key: string]: unknown
}

export interface Option {
  text: { type: string; text: string }
  value: string
  [key: string]: unknown
}

/** Slack names every block and every interactive element that its author did not. */
export function withIds(blocks: readonly Block[]): Block[] {
  return blocks.map((block) => ({
    ...block,
    block_id: block.block_id ?? randomId(),
    ...(block.elements && block.type === 'actions' ? { elements: block.elements.map(withActionId) } : {}),
    ...(block.element ? { element: withActionId(block.element) } : {}),
    ...(block.accessory ? { accessory: withActionId(block.accessory) } : {}),
    ...(block.child_blocks ? { child_blocks: withIds(block.child_blocks) } : {}),
  }))
}

const withActionId = (element: Element): Element =>
  element.type === 'image' ? element : { ...element, action_id: element.action_id ?? randomId() }

/** The interactive elements of these blocks, each with its block. */
export function* interactive(blocks: readonly Block[]): Generator<{ block: Block; element: Element }> {
  for (const block of blocks) {
    const elements = [
      ...(block.type === 'actions' ? (block.elements ?? []) : []),
      block.element,
      block.accessory,
    ]
    for (const element of elements) if (element?.action_id) yield { block, element }
    if (block.child_blocks) yield* interactive(block.child_blocks)
  }
}

export const findElement = (
  blocks: readonly Block[],
  blockId: string,
  actionId: string,
): { block: Block; element: Element } | undefined =>
  [...interactive(blocks)].find(
    (found) => found.block.block_id === blockId && found.element.action_id === actionId,
  )

export const optionsOf = (element: Element): Option[] =>
  element.options ?? element.option_groups?.flatMap((group) => group.options) ?? []

const randomId = (): string => randomBytes(4).toString('base64url')
