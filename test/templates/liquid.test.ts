import { describe, expect, test } from 'vitest'
import { faultsOf, rendered } from '../../src/templates/liquid.ts'

const names = ['product', 'start', 'purpose', 'reason']
const faults = (template: string) => faultsOf(template, { names, lists: ['purpose'] })

describe('a template', () => {
  test('is filled with words, lists and what is not there', () => {
    const values = { product: 'HRMS', purpose: ['one', 'two'], reason: null }
    expect(
      rendered(
        '{{ product | upcase }}: {{ purpose }} ({{ purpose.size }}){% for line in purpose %} {{ forloop.index }} {{ line }}{% endfor %}' +
          '{% if reason %}, {{ reason }}{% else %}, no reason{% endif %}{{ reason | default: "!" }}',
        values,
      ),
    ).toBe('HRMS: one, two (2) 1 one 2 two, no reason!')
  })
  test('that needs what was not given cannot be rendered', () => {
    expect(rendered('{{ product }} {{ start }}', { product: 'HRMS' })).toBeNull()
    expect(rendered('{{ product', { product: 'HRMS' })).toBeNull()
  })
  test('of a loop without end is not rendered', () => {
    expect(rendered('{% for i in (1..10000000) %}{{ i }}{% endfor %}', {})).toBeNull()
  })
})

describe('what is wrong with a template is found without filling it', () => {
  test.each([
    ['a good one', '{% if reason %}{{ reason }}{% endif %} {{ product | upcase }} {{ purpose.first }}', []],
    [
      'names that nobody fills, in branches that are not taken, too',
      '{{ produkt }}\n{% if reason %}{{ wen }}{% endif %}',
      [
        { is: 'unknown', line: 1, name: 'produkt' },
        { is: 'unknown', line: 2, name: 'wen' },
      ],
    ],
    ['parts of a time', '{{ start.day }}', [{ is: 'no-parts', line: 1, name: 'start.day', of: 'start' }]],
    ['a name of its own', '{% assign when = start %}{{ when }}', []],
    [
      'all filters that there are not',
      '{{ start | date: "%Y" }}\n{{ product | truncate: 3 }}',
      [
        { is: 'syntax', line: 1, says: 'undefined filter: date' },
        { is: 'syntax', line: 2, says: 'undefined filter: truncate' },
      ],
    ],
    ['an open brace', 'a\n{{ product', [{ is: 'syntax', line: 2, says: 'output "{{ product" not closed' }]],
    ['an open tag', '{% if reason %}x', [{ is: 'syntax', line: 1, says: 'tag {% if reason %} not closed' }]],
    ['nothing in braces', '{{ }}', [{ is: 'syntax', line: 1, says: 'invalid value expression: ""' }]],
  ])('%s', (_, template, found) => {
    expect(faults(template)).toEqual(found)
  })

  test.each([
    'include "/etc/passwd"',
    'render "x"',
    'layout "x"',
    'liquid\n echo product',
    'echo product',
    'increment n',
  ])('a tag that reaches outside, or is not needed: %s', (tag) => {
    expect(faults(`{% ${tag} %}`)).toEqual([
      { is: 'syntax', line: 1, says: `tag "${tag.split(/\s/)[0]}" not found` },
    ])
  })
})
