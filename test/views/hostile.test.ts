import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { say, type View } from '../../src/domain/view.ts'
import { makeLog } from '../../src/log.ts'
import { htmlOf } from '../../src/mail/html.ts'
import { textOf } from '../../src/mail/text.ts'
import { drawMessage } from '../../src/slack/blocks.ts'
import { terminalText } from '../../src/views/terminal.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { textOfFault } from '../../src/yaml/fault.ts'
import { emptyDatabase, type TestDatabase } from '../databases.ts'

// Names as an application, or somebody in it, may give them: what a real catalogue tells of them, in every renderer.

const names = {
  'clears the screen': '\u001b[2J\u001b[1;1Hall good',
  'is two lines': 'orders\nDone: Migrate',
  'runs backwards': 'a\u202Edrop\u202C',
  'hides within isolates': 'x\u2066y\u2069\u200E\u200F\u061C',
  'is an eight-bit escape': 'a\u009b31mred',
  'has separators, a mark and zero width': 'a\u2028b\u2029c\uFEFFd\u200Be',
  'rings and rubs out': 'a\u0007\u0008\u007F\r',
  'has tags': `a${String.fromCodePoint(0xe0041)}b`,
} as const

let database: TestDatabase
let told: Record<string, string>
beforeAll(async () => {
  database = await emptyDatabase()
  const client = new pg.Client(database.url)
  await client.connect()
  for (const name of Object.values(names)) await client.query(`create table ${pg.escapeIdentifier(name)} ()`)
  const { rows } = await client.query<{ relname: string }>(
    `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  await client.end()
  told = Object.fromEntries(rows.map(({ relname }) => [relname, relname]))
})
afterAll(() => database.drop())

const unseen =
  /(?![\n\t])\p{Cc}|[\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/u

const view = (name: string): View => ({
  state: say`Table ${{ code: name }} ${{ bold: name }} ${{ italic: name }} ${{ role: name }} ${{ channel: name }} ${{ person: name }}`,
  parts: [
    { part: 'text', line: [name] },
    { part: 'note', line: [{ code: name }] },
    { part: 'code', text: name },
    { part: 'list', numbered: true, items: [[name], [{ code: name }]] },
    { part: 'rows', rows: [{ word: 'Done', line: [{ code: name }] }] },
  ],
  actions: [{ label: name.slice(0, 20), says: name, command: 'status', input: { runbook: name } }],
  files: [{ name, title: name, content: '' }],
})

const nobody = { nonces: ['n'], groups: () => [] }

/** All strings of Slack's JSON, as its client shows them. */
const stringsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsOf)
      : []

const renderers: Record<string, (shown: View) => string> = {
  'the terminal': (shown) => terminalText(shown, { colour: false, width: 100 }),
  'plain text': (shown) => plainText(shown),
  'a line of text': ({ state }) => lineText(state),
  'Slack’s blocks and text': (shown) => stringsOf(drawMessage(shown, nobody)).join('\n'),
  'an e-mail': (shown) => textOf(shown, {}),
  'an e-mail’s HTML': (shown) => htmlOf(shown, {}),
  'a fault of a file': ({ state }) =>
    textOfFault({
      file: lineText(state),
      line: 1,
      column: 1,
      key: 'name',
      what: 'is odd',
      remedy: 'Mend it.',
    }),
}

describe.each(Object.entries(names))('a table whose name %s', (_what, name) => {
  test.each(Object.entries(renderers))('is shown harmless by %s', (_where, render) => {
    const known = told[name]
    if (known === undefined) throw new Error('the catalogue does not have it')
    expect(render(view(known))).not.toMatch(unseen)
  })

  test('is a line of the log that holds it as it is', () => {
    const lines: string[] = []
    const log = makeLog({ level: 'info', redact: (text) => text, write: (line) => void lines.push(line) })
    log.info({ table: told[name] }, `looked at ${told[name]}`)
    expect(lines.join('')).toMatch(/^[^\n]+\n$/)
    expect(lines.join('')).not.toMatch(unseen)
    expect(JSON.parse(lines.join(''))).toMatchObject({ table: name })
  })
})

test('what is hidden is shown as what it is, and a name is one line', () => {
  const shown = (name: string) => lineText([{ code: name }])
  expect(shown('\u001b[2J')).toBe('\\x1b[2J')
  expect(shown('a\u202Eb')).toBe('a⟨U+202E⟩b')
  expect(shown('orders\nDone')).toBe('orders\\nDone')
  expect(lineText(['first\r\nsecond\tthird'])).toBe('first\nsecond\tthird')
  expect(shown('👩‍💻 naïve ключ')).toBe('👩‍💻 naïve ключ')
})

test('colours of our own stay', () => {
  const drawn = terminalText(view('\u001b[31m'), { colour: true, width: 80 })
  expect(drawn).toContain('\u001b[1m')
  expect(drawn).not.toContain('\u001b[31m')
})
