import { describe, expect, test } from 'vitest'
import { drawBlocks } from '../../demo/workspace/drawing/blocks.ts'
import { drawText } from '../../demo/workspace/drawing/library.ts'

const visible = (html: string): string => html.replace(/<[^>]*>/g, '')

describe('Blocks drawn for the page', () => {
  test('escaped characters are what they stand for, and never markup', () => {
    const html = drawText('a &lt;script&gt; b &amp;&amp; c')
    expect(html).toContain('a &lt;script&gt; b &amp;&amp; c')
    expect(html).not.toContain('<script')
  })

  test('plain text keeps its stars and underscores', () => {
    const html = drawBlocks([
      { type: 'section', text: { type: 'plain_text', text: '*not bold* snake_case <b>' } },
    ])
    expect(visible(html)).toBe('*not bold* snake_case &lt;b&gt;')
    expect(html).not.toContain('<strong>')
  })

  test('stars between spaces are multiplication', () => {
    expect(visible(drawText('2 * 3 * 4'))).toBe('2 * 3 * 4')
  })

  test('bold, code, people and channels are drawn', () => {
    const html = drawText('*down* `hrms_master` <@U0ASHA0001> <#C0MIGRATE1>')
    expect(html).toContain('<strong>')
    expect(html).toMatch(/<code[^>]*>hrms_master<\/code>/)
    expect(html).toContain('@asha')
    expect(html).toContain('#migrations')
  })

  test('text that is marked verbatim has its markup all the same', () => {
    expect(
      drawBlocks([{ type: 'section', text: { type: 'mrkdwn', text: '*bold*', verbatim: true } }]),
    ).toContain('<strong>')
  })

  test('a date is a time element that the page words in the reader’s zone', () => {
    const html = drawText('since <!date^1763000000^{time_secs}|02:13 UTC>')
    expect(html).toContain(
      '<time dateTime="2025-11-13T02:13:20.000Z" data-format="{time_secs}">02:13:20 UTC</time>',
    )
  })

  test('times between words are no emoji', () => {
    const block = { type: 'section', text: { type: 'mrkdwn', text: 'out 04:00–04:30 :tada:' } }
    expect(drawBlocks([block as never])).toContain('04:00–04:30')
  })

  test('a link that would run a script leads nowhere', () => {
    const block = {
      type: 'rich_text',
      elements: [
        { type: 'rich_text_section', elements: [{ type: 'link', url: 'javascript:alert(1)', text: 'x' }] },
      ],
    }
    expect(drawBlocks([block as never])).not.toContain('javascript:')
  })

  test('a button says its block, action and what it asks first', () => {
    const confirm = {
      title: { type: 'plain_text', text: 'Sure?' },
      text: { type: 'plain_text', text: 'It is "final"' },
    }
    const html = drawBlocks([
      {
        type: 'actions',
        block_id: 'b',
        elements: [
          {
            type: 'button',
            action_id: 'a',
            style: 'danger',
            text: { type: 'plain_text', text: 'Run <now>' },
            confirm,
          },
        ],
      },
    ])
    expect(html).toContain('data-block="b" data-action="a" data-type="button"')
    expect(html).toContain('class="button danger"')
    expect(html).toContain('Run &lt;now&gt;')
    expect(html).toContain('&quot;Sure?&quot;')
  })

  test('a field of a modal has a label that belongs to it', () => {
    const html = drawBlocks([
      {
        type: 'input',
        block_id: 'n',
        label: { type: 'plain_text', text: 'Name' },
        element: { type: 'plain_text_input', action_id: 't' },
      },
    ])
    expect(html).toContain('<label for="n/t">Name</label>')
    expect(html).toContain('id="n/t"')
  })

  test('a block that cannot be drawn is shown by its text, and the others with it', () => {
    const html = drawBlocks([
      { type: 'unheard_of' },
      { type: 'header', text: null as never },
      { type: 'divider' },
    ])
    expect(html).toContain('(a block of type unheard_of)')
    expect(html).toContain('(a block of type header)')
    expect(html).toContain('__divider')
  })
})
