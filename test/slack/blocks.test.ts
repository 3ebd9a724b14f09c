import { describe, expect, test } from 'vitest'
import type { ActionsBlock, KnownBlock, RichTextBlock, SectionBlock } from '@slack/types'
import type { Action, Inline, Line, Part, View } from '../../src/domain/view.ts'
import { drawMessage, lengthOf } from '../../src/slack/blocks.ts'
import { formModal, optionsOf } from '../../src/slack/forms.ts'

const at = '2025-11-13T03:01:12.000Z'
const groups = (role: string) => (role === 'migration-operators' ? ['S0OPERATORS'] : [])
const draw = (view: Partial<View>) => {
  const whole: View = { state: ['State'], parts: [], actions: [], ...view }
  return drawMessage(whole, { nonces: whole.actions.map((_, i) => `nonce-${i}`), groups })
}
const first = (view: Partial<View>) => (draw(view).blocks[0] as SectionBlock).text?.text

const action = (more: Partial<Action> = {}): Action => ({
  label: 'Retry',
  says: 'Tries the step again',
  command: 'answer',
  input: {},
  ...more,
})
const buttons = (blocks: KnownBlock[]) =>
  blocks.filter((b): b is ActionsBlock => b.type === 'actions').flatMap((b) => b.elements)

describe('the first block says the state in Slack’s markup', () => {
  test('people and groups are mentioned so that they are pinged, times are local with a UTC fallback', () => {
    const state: Line = [
      { bold: 'HRMS is down' },
      ' since ',
      { time: at, as: 'clock' },
      ' ',
      { person: 'U0ASHA' },
      ', ',
      { role: 'migration-operators' },
    ]
    expect(first({ state })).toBe(
      '*HRMS is down* since <!date^1763002872^{time_secs}|03:01:12 UTC> <@U0ASHA>, <!subteam^S0OPERATORS>',
    )
  })

  test('what people typed is never markup: no mention of everybody, no link, no early end of code', () => {
    const state: Line = ['<!channel> & <http://x|y>', { code: 'a`b' }, { bold: '*x* <!here>' }]
    expect(first({ state })).toBe('&lt;!channel&gt; &amp; &lt;http://x|y&gt;`aˋb`*∗x∗ &lt;!here&gt;*')
  })

  test('an id that is none is a word, not a mention', () => {
    expect(first({ state: [{ person: 'asha' }, ' ', { channel: '#ops' }, ' ', { role: 'dbas' }] })).toBe(
      '@asha #ops dbas',
    )
  })

  test('too long a state is cut between its pieces, with an ellipsis', () => {
    const state: Line = ['&'.repeat(590), { person: 'U0ASHA' }, { code: 'x'.repeat(200) }]
    const text = first({ state }) ?? ''
    expect(text.length).toBeLessThanOrEqual(3000)
    expect(text).toMatch(/<@U0ASHA>`x+…`$/)
  })
})

describe('parts', () => {
  test('a row has its word before anything else, bold where a person must act', () => {
    const rows: Part = {
      part: 'rows',
      rows: [
        { word: 'Done', line: ['Claim'] },
        { word: 'Failed', line: [{ code: 'migrate' }] },
      ],
    }
    const { elements } = draw({ parts: [rows] }).blocks[1] as RichTextBlock
    expect(elements).toEqual([
      {
        type: 'rich_text_section',
        elements: [
          { type: 'text', text: 'Done:' },
          { type: 'text', text: ' ' },
          { type: 'text', text: 'Claim' },
          { type: 'text', text: '\n' },
          { type: 'text', text: 'Failed:', style: { bold: true } },
          { type: 'text', text: ' ' },
          { type: 'text', text: 'migrate', style: { code: true } },
        ],
      },
    ])
  })

  test('numbers of a list are written out, as buttons carry the same ones', () => {
    const { blocks } = draw({ parts: [{ part: 'list', numbered: true, items: [['Retry'], ['Go back']] }] })
    const texts = JSON.stringify(blocks[1])
    expect(texts).toContain('1 · ')
    expect(texts).toContain('2 · ')
  })

  test('times, people and groups are elements of their own: a fallback for those who draw none', () => {
    const { blocks } = draw({
      parts: [
        {
          part: 'text',
          line: [{ time: at, as: 'day and clock' }, { person: 'U0ASHA' }, { role: 'migration-operators' }],
        },
      ],
    })
    expect((blocks[1] as RichTextBlock).elements[0]).toMatchObject({
      elements: [
        { type: 'date', timestamp: 1763002872, fallback: expect.stringContaining('UTC') as string },
        { type: 'user', user_id: 'U0ASHA' },
        { type: 'usergroup', usergroup_id: 'S0OPERATORS' },
      ],
    })
  })

  test('code stands as it is, backticks included', () => {
    const { blocks } = draw({ parts: [{ part: 'code', text: 'a ``` <b> &amp;' }] })
    expect(JSON.stringify(blocks[1])).toContain('a ``` <b> &amp;')
  })
})

describe('buttons', () => {
  test('have short labels, words for screen readers, and an opaque value', () => {
    const [button] = buttons(
      draw({ actions: [action({ label: 'A label that is far too long for phones', says: 's'.repeat(100) })] })
        .blocks,
    )
    expect(button).toMatchObject({ value: 'nonce-0' })
    const drawn = button as { text: { text: string }; accessibility_label: string }
    expect(drawn.text.text.length).toBeLessThanOrEqual(30)
    expect(drawn.accessibility_label.length).toBeLessThanOrEqual(75)
  })

  test('one is primary; what is dangerous asks once more, unless it opens a form', () => {
    const drawn = buttons(
      draw({
        actions: [
          action({ style: 'primary' }),
          action({ style: 'primary' }),
          action({ label: 'Go back', style: 'danger' }),
          action({ label: 'Run…', style: 'danger' }),
          action(),
        ],
      }).blocks,
    ) as { style?: string; confirm?: { text: { text: string } } }[]
    expect(drawn.map((button) => button.style)).toEqual(['primary', undefined, 'danger', 'danger', undefined])
    expect(drawn.map((button) => button.confirm?.text.text)).toEqual([
      undefined,
      undefined,
      'Tries the step again',
      undefined,
      undefined,
    ])
  })
})

describe('what Slack would not take', () => {
  test('is cut below 9,000 characters, and says where all of it is', () => {
    const parts: Part[] = Array.from({ length: 8 }, (_, i) => ({
      part: 'code',
      text: `${i} ${'x'.repeat(2_800)}`,
    }))
    const { blocks } = draw({
      parts,
      actions: [action()],
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
      const modal = formModal(form, 'nonce', groups)
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

/** The same numbers in every run: xorshift. */
function pseudoRandom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.abs(state) % below
  }
}

const odd = [
  '',
  ' ',
  '\n',
  '*',
  '_x_',
  '```',
  '<!channel>',
  '&',
  '>',
  '😀',
  '\uD800',
  '\u0000',
  '\u202E',
  '…',
  'word',
  'a'.repeat(75),
  'x'.repeat(700),
  '&<>'.repeat(900),
  '😀'.repeat(2_000),
]

function oddText(random: (below: number) => number): string {
  return Array.from({ length: random(5) }, () => odd[random(odd.length)]).join('')
}

function oddLine(random: (below: number) => number): Line {
  const inline: (() => Inline)[] = [
    () => oddText(random),
    () => ({ bold: oddText(random) }),
    () => ({ italic: oddText(random) }),
    () => ({ code: oddText(random) }),
    () => ({ person: random(2) ? 'U0ASHA' : oddText(random) }),
    () => ({ channel: random(2) ? 'C0OPS' : oddText(random) }),
    () => ({ role: random(2) ? 'migration-operators' : oddText(random) }),
    () => ({ time: random(2) ? at : oddText(random), as: 'clock' }),
  ]
  return Array.from({ length: random(12) }, () => inline[random(inline.length)]!())
}

function oddView(random: (below: number) => number): View {
  const part: (() => Part)[] = [
    () => ({ part: 'text', line: oddLine(random) }),
    () => ({ part: 'note', line: oddLine(random) }),
    () => ({ part: 'code', text: oddText(random) }),
    () => ({
      part: 'list',
      numbered: random(2) === 0,
      items: Array.from({ length: random(6) }, () => oddLine(random)),
    }),
    () => ({
      part: 'rows',
      rows: Array.from({ length: random(30) }, () => ({ word: 'Not run' as const, line: oddLine(random) })),
    }),
  ]
  return {
    state: oddLine(random),
    parts: Array.from({ length: random(random(10) === 0 ? 120 : 9) }, () => part[random(part.length)]!()),
    actions: Array.from({ length: random(random(10) === 0 ? 60 : 5) }, () =>
      action({
        label: oddText(random),
        says: oddText(random),
        ...(random(2) && { style: random(2) ? 'danger' : 'primary' }),
      }),
    ),
    files: Array.from({ length: random(3) }, () => ({ name: oddText(random), title: '', content: '' })),
  }
}
