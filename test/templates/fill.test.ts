import { describe, expect, test } from 'vitest'
import { filledLine, filledParts } from '../../src/templates/fill.ts'

const start = { moment: '2026-11-13T00:00:00.000Z', zone: { id: 'Indian/Mauritius', name: 'MUT' } }
const values = { product: 'HRMS', start, purpose: ['one', 'two'] }

describe('a line', () => {
  test('has its times as nodes, which each reader sees in their zone', () => {
    expect(filledLine('{{ product }} is\n unavailable from {{ start }}', values)).toEqual([
      'HRMS is unavailable from ',
      start,
    ])
  })
  test('keeps a time whole, whatever filter it goes through', () => {
    expect(filledLine('{{ start | upcase | strip }}', values)).toEqual([start])
  })
  test('is bold between stars, times within it aside', () => {
    expect(filledLine('**From {{ start }}** on ** stars', values)).toEqual([
      { bold: 'From ' },
      start,
      ' on ',
      '**',
      ' stars',
    ])
  })
  test('names people and channels as Slack copies them', () => {
    expect(filledLine('Questions: <@U0ASHA0001> in <#C0GENERAL1>', values)).toEqual([
      'Questions: ',
      { person: 'U0ASHA0001' },
      ' in ',
      { channel: 'C0GENERAL1' },
    ])
  })
  test('that cannot be filled is none', () => {
    expect(filledLine('{{ reason }}', values)).toBeNull()
  })
})

describe('a text', () => {
  test('is paragraphs and lists', () => {
    expect(
      filledParts(
        'Dear Team,\n\n**Date**: {{ start }}\n  **Impact**: none\n- save\n* log out\nThank you',
        values,
      ),
    ).toEqual([
      { part: 'text', line: ['Dear Team,'] },
      { part: 'text', line: [{ bold: 'Date' }, ': ', start, '\n', { bold: 'Impact' }, ': none'] },
      { part: 'list', numbered: false, items: [['save'], ['log out']] },
      { part: 'text', line: ['Thank you'] },
    ])
  })
  test('writes a list by a loop, which leaves empty lines', () => {
    expect(filledParts('{% for line in purpose %}\n- {{ line }}\n{% endfor %}', values)).toEqual([
      { part: 'list', numbered: false, items: [['one'], ['two']] },
    ])
  })
  test('that cannot be filled is none', () => {
    expect(filledParts('{{ reason }}', values)).toBeNull()
  })
})
