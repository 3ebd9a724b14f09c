import type { Block, Element } from '../blocks.ts'
import { drawElement } from './elements.ts'
import { drawWithLibrary } from './library.ts'
import { escape } from './shelter.ts'

/** Block Kit as HTML. Whoever reads it is nobody in particular: clocks are `<time>` elements that the page words. */
export const drawBlocks = (blocks: readonly Block[]): string => blocks.map(drawBlock).join('')

function drawBlock(block: Block): string {
  const id = block.block_id ?? ''
  switch (block.type) {
    case 'actions':
      return `<div class="actions">${(block.elements ?? []).map((element) => drawElement(element, id)).join('')}</div>`
    case 'input':
      return drawInput(block, block.element as Element, id)
    case 'section': {
      const { accessory, ...rest } = block
      const drawn = drawWithLibrary(rest)
      if (!accessory || accessory.type === 'image') return drawWithLibrary(block)
      return `<div class="with-accessory"><div>${drawn}</div><div class="accessory">${drawElement(accessory, id)}</div></div>`
    }
    case 'container':
      return `<details class="container" open><summary>${escape(textOf(block['title']))}</summary>${drawBlocks(block.child_blocks ?? [])}</details>`
    default:
      return drawWithLibrary(block)
  }
}

function drawInput(block: Block, element: Element, id: string): string {
  const field = escape(`${id}/${element.action_id ?? ''}`)
  const hint = block['hint'] ? `<p class="hint">${escape(textOf(block['hint']))}</p>` : ''
  const optional = block['optional'] ? ' <span class="optional">(optional)</span>' : ''
  const label = escape(textOf(block['label']))
  const many = element.type === 'checkboxes' || element.type === 'radio_buttons'
  const heading = many
    ? `<legend>${label}${optional}</legend>`
    : `<label for="${field}">${label}${optional}</label>`
  const tag = many ? 'fieldset' : 'div'
  return `<${tag} class="input" data-block="${escape(id)}"${block['optional'] ? '' : ' data-needed'}>${heading}${drawElement(element, id, field)}<p class="error" role="alert"></p>${hint}</${tag}>`
}

const textOf = (text: unknown): string => (text as { text?: string } | undefined)?.text ?? ''
