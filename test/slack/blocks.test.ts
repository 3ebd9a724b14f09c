import { describe, expect, test } from 'vitest'
import type { ActionsBlock, KnownBlock, RichTextBlock, SectionBlock } from '@slack/types'
import type { Action, Line, Part, View } from '../../src/domain/view.ts'
import { drawMessage } from '../../src/slack/blocks.ts'

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
