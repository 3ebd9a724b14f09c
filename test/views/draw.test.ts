import { describe, expect, test } from 'vitest'
import type { View } from '../../src/domain/view.ts'
import { bold, clock, code, dayAndClock, note, person, say, text } from '../../src/domain/view.ts'
import { fitting } from '../../src/views/words/fit.ts'
import { lineOf } from '../../src/views/words/typed.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { runView } from '../../src/views/run/run.ts'
import { terminalText } from '../../src/views/terminal.ts'
import { timeInWords } from '../../src/views/words/time.ts'
import { at, lockedOut, run } from './sample.ts'

const view: View = {
  state: say`${bold('HRMS is down')} since ${clock(at('03:01:12'))}. ${person('U_ASHA')}, type ${code('/migrate status')}`,
  parts: [
    note(
      say`made ${dayAndClock(at('02:51:00'))} in ${{ channel: 'C1' }} for ${{ role: 'operators' }}, ${{ italic: 'slowly' }}`,
    ),
    {
      part: 'rows',
      rows: [
        { word: 'Done', line: ['Claim'] },
        { word: 'Not run', line: ['Card'] },
      ],
    },
    { part: 'list', numbered: true, items: [['one'], ['two']] },
    { part: 'list', numbered: false, items: [['some']] },
    { part: 'code', text: 'psql\n-c' },
  ],
  actions: [
    {
      label: 'Retry',
      says: 'Does it again',
      command: 'answer',
      input: { run: '7F3A-1', gate: 'g', choice: 'retry' },
    },
  ],
  files: [{ name: 'up.sql', title: 'What is run', content: 'SELECT 1' }],
}

test('plain words hold everything: state, parts, files, buttons', () => {
  expect(plainText(view)).toBe(
    [
      'HRMS is down since 03:01:12 UTC. @U_ASHA, type /migrate status',
      'made Thu 13 Nov 2025, 02:51:00 UTC in #C1 for operators, slowly',
      'Done: Claim',
      'Not run: Card',
      '1. one',
      '2. two',
      '- some',
      'psql',
      '-c',
      'Files: up.sql',
      'Buttons: Retry',
    ].join('\n'),
  )
})

test('plain words can be written otherwise, e.g. with mentions and escapes', () => {
  expect(
    lineText(say`<${person('U_ASHA')}>`, {
      person: (id) => `<@${id}>`,
      words: (words) => words.replaceAll('<', '&lt;'),
    }),
  ).toBe('&lt;<@U_ASHA>>')
})

describe('a message that is too long for plain words', () => {
  const long = (parts: View['parts']) => plainText({ ...view, parts })
  test('is cut in its longest part, and keeps its choices', () => {
    const cut = long([
      { part: 'code', text: 'line\n'.repeat(2000) },
      { part: 'list', numbered: true, items: [['Retry']] },
    ])
    expect(cut.length).toBeLessThanOrEqual(4000)
    expect(cut).toMatch(/line\n\(shortened here\)\n1\. Retry\nFiles: up\.sql\nButtons: Retry$/)
  })
  test('is cut within a line where there is no other', () => {
    const cut = long([text(['x'.repeat(9000)])])
    expect(cut.length).toBeLessThanOrEqual(4000)
    expect(cut).toMatch(/x…\n\(shortened here\)\nFiles/)
  })
  test('ends even when every part is short', () => {
    const cut = long(Array.from({ length: 400 }, () => text(['a line of a good length'])))
    expect(cut).toHaveLength(4000)
  })
})

test('a terminal shows the same view, and buttons as lines to type', () => {
  expect(
    terminalText(view, { colour: false, width: 80, people: (id) => `@${id.slice(2).toLowerCase()}` }),
  ).toBe(
    [
      'HRMS is down since 03:01:12 UTC. @asha, type lockkeeper status',
      'made Thu 13 Nov 2025, 02:51:00 UTC in #C1 for operators, slowly',
      'Done     Claim',
      'Not run  Card',
      '  1. one',
      '  2. two',
      '  - some',
      '    psql',
      '    -c',
      'File: up.sql (What is run)',
      '',
      '  lockkeeper answer 7F3A-1 retry  Does it again',
    ].join('\n'),
  )
})

test('colour adds nothing that words do not say', () => {
  const { gate, attempts } = lockedOut()
  const shown = runView(run({ windowBegan: at('03:01:12') }), attempts, gate, at('03:02:13'))
  const coloured = terminalText(shown, { colour: true, width: 100 })
  // oxlint-disable-next-line no-control-regex
  const styles = /\u001B\[\d+m/g
  expect(coloured).toMatch(styles)
  const bare = coloured.replace(styles, '').replace(/ +$/gm, '')
  expect(bare).toBe(terminalText(shown, { colour: false, width: 100 }).replace(/ +$/gm, ''))
})

test('lines are broken at blanks and indented under their beginning', () => {
  const rows: View = {
    state: ['x'],
    parts: [{ part: 'rows', rows: [{ word: 'Now', line: ['one two three four five six seven'] }] }],
    actions: [],
  }
  expect(terminalText(rows, { colour: false, width: 24 })).toBe(
    ['x', 'Now  one two three four', '     five six seven'].join('\n'),
  )
})

test('lines of a text stay lines', () => {
  const view: View = {
    state: ['x'],
    parts: [text(['one\ntwo ', { bold: 'and' }, ' three\nfour five six seven']), note(['a\nb'])],
    actions: [],
  }
  expect(terminalText(view, { colour: false, width: 20 })).toBe(
    ['x', 'one', 'two and three', 'four five six seven', 'a', 'b'].join('\n'),
  )
})

test('what belongs together is not broken', () => {
  const line: View = { state: say`aaaaaaaaaaaaaaa (${code('55P03')})`, parts: [], actions: [] }
  expect(terminalText(line, { colour: false, width: 20 })).toBe('aaaaaaaaaaaaaaa\n(55P03)')
})

test.each([
  [
    { run: '7F3A-1', gate: '7F3A-1/drain/1', choice: 'terminate' },
    'answer',
    'lockkeeper answer 7F3A-1 terminate',
  ],
  [{ runbook: 'add security' }, 'plan', 'lockkeeper plan "add security"'],
  [{ list: true, n: 3, of: ['a'] }, 'x', 'lockkeeper x 3'],
  [null, 'status', 'lockkeeper status'],
])('%o of %s is typed as %s', (input, command, line) => {
  expect(lineOf({ label: 'L', says: 'S', command, input })).toBe(line)
})

test.each([
  ['clock', 'UTC', '03:01:12 UTC'],
  ['clock', 'Indian/Mauritius', '07:01:12 GMT+4'],
  ['day and clock', 'America/Los_Angeles', 'Wed 12 Nov 2025, 19:01:12 GMT-8'],
] as const)('a %s in %s is %s', (as, zone, words) => {
  expect(timeInWords(at('03:01:12'), as, zone)).toBe(words)
})

describe('a view that is larger than a message', () => {
  test('loses items of its longest list, and counts them', () => {
    const items = Array.from({ length: 300 }, (_, i) => [`${i} ${'x'.repeat(100)}`])
    const [short, list] = fitting({
      ...view,
      parts: [text(['stays']), { part: 'list', numbered: false, items }],
    }).parts
    expect(short).toEqual(text(['stays']))
    const last = list?.part === 'list' ? list.items.at(-1) : undefined
    expect(lineText(last ?? [])).toBe(
      `and ${300 - ((list?.part === 'list' && list.items.length - 1) || 0)} more`,
    )
  })
  test('loses the end of what is one line, and says so', () => {
    const [only] = fitting({ ...view, parts: [text(['y'.repeat(20_000)])] }).parts
    expect(lineText(only?.part === 'text' ? only.line : [])).toMatch(/^y{4999}…$/)
  })
  test('is left as it is when it fits', () => {
    expect(fitting(view)).toEqual(view)
  })
})
