import { expect, test } from 'vitest'
import type { Part } from '../../src/domain/view.ts'
import type { Finding } from '../../src/domain/finding.ts'
import { drawMessage } from '../../src/slack/blocks.ts'
import { formModal } from '../../src/slack/forms.ts'
import { approveForm } from '../../src/views/forms.ts'
import { planView } from '../../src/views/plan.ts'
import { formText } from '../../src/views/terminal.ts'
import { plan } from '../views/sample.ts'

const drawing = { nonces: ['nonce-of-sql'], groups: () => [] }

/** All texts of blocks, in order, as a person reads them. */
function textOf(blocks: unknown): string {
  let found = ''
  JSON.stringify(blocks, (key, value: unknown) => {
    if (key === 'text' && typeof value === 'string') found += value
    return value
  })
  return found
}

const findings = (count: number, length: number): Finding[] =>
  Array.from({ length: count }, (_, i) => ({
    level: 'warning',
    problem: { code: 'service-not-running', service: `service-${i}-${'s'.repeat(length)}` },
  }))

function made(count: number, length: number, prerequisites: string[]) {
  const one = plan({ problems: findings(count, length) })
  one.approved.runbook.prerequisites = prerequisites
  return one
}

test('however long findings and attestations are, the form shows each attestation whole, or has no button', () => {
  const seen = new Set<string>()
  for (const count of [0, 1, 10, 100, 400])
    for (const length of [10, 300, 2_000])
      for (const attested of [1, 12, 80, 300])
        for (const each of [20, 700, 3_500, 12_000]) {
          const prerequisites = Array.from({ length: attested }, (_, i) => `${i}:${'😀x'.repeat(each / 3)}.`)
          const form = approveForm(made(count, length, prerequisites))
          const modal = formModal(form, 'nonce', drawing)
          const shown = textOf(modal.blocks)
          const isWhole = prerequisites.every((item) => shown.includes(item))
          expect(modal.submit !== undefined, `${count} ${length} ${attested} ${each}`).toBe(isWhole)
          expect(modal.blocks.length).toBeLessThanOrEqual(100)
          expect(Buffer.byteLength(JSON.stringify(modal))).toBeLessThan(250_000)
          if (!isWhole) expect(shown).toContain('lockkeeper approve 7F3A')
          seen.add(isWhole ? 'whole' : 'refused')
        }
  expect(seen).toEqual(new Set(['whole', 'refused']))
})

test('findings give way to what the approver attests, and where they are in full is said', () => {
  const form = approveForm(made(100, 300, ['Support knows', 'The backup was restored once']))
  const modal = formModal(form, 'nonce', drawing)
  const shown = textOf(modal.blocks)
  expect(shown).toContain('By approving you say that this is so:')
  expect(shown).toContain('The backup was restored once')
  expect(shown).toMatch(/Shortened here\. In full: .*lockkeeper approve 7F3A/)
  expect(modal.submit?.text).toBe('Approve')
  const inTerminal = formText(form, { colour: false, width: 100 })
  expect(inTerminal.replace(/\s+/g, '')).toContain(`service-99-${'s'.repeat(300)}`)
})

test('a plan whose findings are long still says for whom it waits', () => {
  const waits = Array.from({ length: 12 }, (_, i) => ({ says: `approved-${i}`, role: 'dba', people: [] }))
  for (const count of [1, 10, 40, 200]) {
    const view = planView(made(count, 2_000, []), [], 'open', waits)
    const shown = textOf(drawMessage(view, { nonces: ['a', 'b'], groups: () => [] }).blocks)
    expect(shown).toContain('Waits for:')
    for (const { says } of waits) expect(shown).toContain(says)
  }
})

test('a message whose parts to be kept are too long for it says that it is shortened', () => {
  const parts: Part[] = [{ part: 'text', line: ['x'.repeat(12_000)], keep: true }]
  const { blocks } = drawMessage({ state: ['State'], parts, actions: [] }, { nonces: [], groups: () => [] })
  expect(textOf(blocks)).toContain('Shortened here')
})
