import { expect, test } from 'vitest'
import { plainText } from '../../src/views/words/plain.ts'
import { planView, type WaitsFor } from '../../src/views/plan.ts'
import { plan } from './sample.ts'

const waitsFor = (waits: WaitsFor) => plainText(planView(plan(), [], 'open', [waits])).split('\n')

test('a plan that only its author could approve says so, and how it goes on', () => {
  const own: WaitsFor = { says: 'approved', role: 'cto', people: [], tooFew: true }
  expect(waitsFor(own)).toContain(
    'Nobody is known who can still say approved: who made the plan, or said yes to it already, does not count. If nobody else has the role cto, let somebody else plan it again.',
  )
})

test('of a role whose people nobody tells here, nothing is said', () => {
  expect(waitsFor({ says: 'approved', role: 'cto', people: [] }).join('\n')).not.toContain('Nobody is known')
})
