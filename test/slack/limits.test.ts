import { describe, expect, test } from 'vitest'
import type { ActionsBlock, KnownBlock } from '@slack/types'
import type { Part, View } from '../../src/domain/view.ts'
import { drawMessage, lengthOf } from '../../src/slack/blocks.ts'
import { formModal, optionsOf } from '../../src/slack/forms.ts'
import { oddText, oddView, pseudoRandom } from './odd-views.ts'

const groups = (role: string) => (role === 'migration-operators' ? ['S0OPERATORS'] : [])
const draw = (view: Partial<View>) => {
  const whole: View = { state: ['State'], parts: [], actions: [], ...view }
  return drawMessage(whole, { nonces: whole.actions.map((_, i) => `nonce-${i}`), groups })
}
const buttons = (blocks: KnownBlock[]) =>
  blocks.filter((b): b is ActionsBlock => b.type === 'actions').flatMap((b) => b.elements)

describe('what Slack would not take', () => {
  test('is cut below 9,000 characters, and says where all of it is', () => {
    const parts: Part[] = Array.from({ length: 8 }, (_, i) => ({
      part: 'code',
      text: `${i} ${'x'.repeat(2_800)}`,
    }))
    const { blocks } = draw({
      parts,
      actions: [{ label: 'Retry', says: 'Tries again', command: 'answer', input: {} }],
      files: [{ name: 'up.sql', title: 'Up', content: '' }],
    })
    expect(lengthOf(blocks)).toBeLessThan(9_000)
    expect(JSON.stringify(blocks.at(-2))).toContain('up.sql')
    expect(buttons(blocks)).toHaveLength(1)
  })

  test('a notification’s text stays under 4,000 characters', () => {
    expect(draw({ parts: [{ part: 'code', text: 'x'.repeat(20_000) }] }).text.length).toBeLessThanOrEqual(
      4_000,
    )
  })

  test('any view at all is drawn within Slack’s limits, and never throws', () => {
    const random = pseudoRandom(20251113)
    for (let i = 0; i < 150; i++) {
      const view = oddView(random)
      const { text, blocks } = draw(view)
      const why = JSON.stringify(view).slice(0, 2_000)
      expect(text.length, why).toBeGreaterThan(0)
      expect(text.length, why).toBeLessThanOrEqual(4_000)
      expect(blocks.length, why).toBeLessThanOrEqual(50)
      expect(lengthOf(blocks), why).toBeLessThanOrEqual(9_000)
      expect(JSON.stringify(blocks).isWellFormed(), why).toBe(true)
      for (const block of blocks) check(block, why)
    }
  })

  test('any form at all is a modal within Slack’s limits', () => {
    const random = pseudoRandom(7)
    for (let i = 0; i < 20; i++) {
      const options = (most: number) =>
        Array.from({ length: random(most) }, () => ({
          value: oddText(random),
          label: oddText(random),
          hint: oddText(random),
        }))
      const form = {
        title: oddText(random),
        submit: oddText(random),
        parts: oddView(random).parts,
        fields: [
          { name: 'a', label: oddText(random), kind: 'text' as const, mustBe: oddText(random) },
          { name: 'b', label: oddText(random), kind: 'select' as const, options: options(150) },
          { name: 'c', label: oddText(random), kind: 'ticks' as const, options: options(40) },
          { name: 'd', label: oddText(random), hint: oddText(random), kind: 'number' as const },
        ],
      }
      const modal = formModal(form, 'nonce', { nonces: [], groups })
      expect(modal.title.text.length).toBeLessThanOrEqual(24)
      expect(modal.submit?.text.length).toBeLessThanOrEqual(24)
      expect(modal.private_metadata?.length).toBeLessThanOrEqual(3_000)
      expect(modal.blocks.length).toBeLessThanOrEqual(100)
      expect(optionsOf(form)['c']?.length).toBe(
        form.fields[2]?.kind === 'ticks' ? form.fields[2].options.length : 0,
      )
      for (const block of modal.blocks as KnownBlock[]) check(block, JSON.stringify(form).slice(0, 2_000))
    }
  })
})

function check(block: KnownBlock, why: string): void {
  const text = JSON.stringify(block)
  expect(text, why).not.toMatch(/"text":""/)
  if (block.type === 'section') {
    const length = block.text?.text.length ?? 0
    expect(length, why).toBeLessThanOrEqual(3_000)
    expect(block.text?.text, why).not.toMatch(/<[@#!][^>]*$/)
  }
  if (block.type === 'context')
    expect((block.elements[0] as { text: string }).text.length, why).toBeLessThanOrEqual(2_000)
  if (block.type === 'actions') expect(block.elements.length, why).toBeLessThanOrEqual(25)
  if (block.type === 'rich_text')
    for (const element of block.elements)
      expect((element.elements as unknown[]).length, why).toBeGreaterThan(0)
  if (block.type === 'input') {
    expect(block.label.text.length, why).toBeLessThanOrEqual(2_000)
    const { element } = block
    if (element.type === 'checkboxes') {
      expect(element.options.length, why).toBeGreaterThan(0)
      expect(element.options.length, why).toBeLessThanOrEqual(10)
    }
    if (element.type === 'static_select') expect(element.options?.length, why).toBeLessThanOrEqual(100)
  }
}
