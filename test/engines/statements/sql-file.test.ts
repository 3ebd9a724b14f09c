import { expect, test } from 'vitest'
import { parseFile } from '../../../src/engines/statements/sql-file.ts'

const parse = (sql: string) => parseFile('1_a.up.sql', sql)

test('statements keep their words and their lines, comments and other alphabets around them notwithstanding', async () => {
  const parsed = await parse(`\uFEFF-- übersicht ✓
/* several
   lines */ SELECT 'ä;ö' -- inside; stays
  , 2;

INSERT INTO t VALUES ($$;$$) -- the end
`)
  expect(parsed.ok && parsed.value.statements.map(({ text, line }) => ({ text, line }))).toEqual([
    { text: "SELECT 'ä;ö' -- inside; stays\n  , 2", line: 3 },
    { text: 'INSERT INTO t VALUES ($$;$$)', line: 6 },
  ])
})

test('a syntax error is told with its file and line, characters of two bytes before it notwithstanding', async () => {
  expect(await parse("SELECT 'ääää✓';\n\nSELEC 1;\n")).toEqual({
    ok: false,
    problem: { code: 'sql-syntax', file: '1_a.up.sql', line: 3, near: 'SELEC 1;' },
  })
})

test('a command of psql is no SQL', async () => {
  expect(await parse('SELECT 1;\n\\connect other\n')).toMatchObject({
    problem: { code: 'statement-unfit', line: 2, statement: '\\connect other', why: 'not-sql' },
  })
})

test('the data behind COPY … FROM STDIN is neither read nor shown', async () => {
  const parsed = await parse('SELECT 1;\n\nCOPY a FROM stdin;\n17\tsecret@morishr.test\n\\.\n')
  expect(parsed).toEqual({
    ok: false,
    problem: {
      code: 'statement-unfit',
      file: '1_a.up.sql',
      line: 3,
      statement: 'COPY a FROM stdin',
      why: 'copy-from-stdin',
    },
  })
})

test('comments around a statement are left out, those inside of it and of each other are not', async () => {
  const texts = async (sql: string): Promise<string[]> => {
    const parsed = await parse(sql)
    return parsed.ok ? parsed.value.statements.map(({ text, line }) => `${line} ${text}`) : []
  }
  expect(await texts('-- a\r\n/* b /* c */ d */ --e\nSELECT 1 -- f')).toEqual(['3 SELECT 1'])
  expect(await texts("SELECT '--' /* g */; SELECT '*/'\n; SELECT 2 /* -- */ + /* h */ 3 /* i */")).toEqual([
    "1 SELECT '--'",
    "1 SELECT '*/'",
    '2 SELECT 2 /* -- */ + /* h */ 3',
  ])
  expect(await texts('SELECT 1 AS \u00a0 \n;\tSELECT 4\f')).toEqual(['1 SELECT 1 AS \u00a0', '2 SELECT 4'])
})

test('a file that goes wrong in its first statement is told like any other; an empty one holds none', async () => {
  expect(await parseFile('a.up.sql', 'ALTER TABEL x')).toMatchObject({
    problem: { code: 'sql-syntax', line: 1, near: expect.stringContaining('TABEL') },
  })
  expect(await parseFile('a.up.sql', ' \n')).toMatchObject({ value: { statements: [] } })
})

/** Long enough for the second piece of a file to begin around the end of what follows it. */
const filler = (characters: number): string => `SELECT '${'x'.repeat(characters - 11)}';\n`
const piece = 131_072

test.each(['\n', '\r\n'])(
  'a large file has the statements that it has as a whole, with lines ended by %j',
  async (end) => {
    const tricky = [
      "INSERT INTO a VALUES ('first;\nsecond;\n')",
      'SELECT 1 -- not yet;\n  + 2',
      'CREATE SCHEMA s -- with a table of its own;\n  CREATE TABLE t ()',
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC\n  SELECT 1;\n  SELECT 2;\nEND',
      'DO $body$ BEGIN\n  PERFORM 1;\n  PERFORM 2;\nEND $body$',
      'CREATE RULE r AS ON INSERT TO a DO ALSO (\n  DELETE FROM b;\n  DELETE FROM ä)',
      'SELECT /* one;\n /* two;\n */ */ 3',
    ].map((text) => text.replaceAll('\n', end))
    for (const last of tricky)
      for (const short of [2, 5, 20, 40, 60]) {
        const texts = [
          filler(piece - short)
            .trimEnd()
            .slice(0, -1),
          last,
          ...tricky,
          'SELECT 4',
        ]
        const sql = texts.map((text) => `${text};${end}`).join('')
        const parsed = await parse(sql)
        expect(parsed.ok && parsed.value.statements.map(({ text }) => text)).toEqual(texts)
        const lines = texts.map(
          (_, i) => texts.slice(0, i).join(`;${end}`).split('\n').length + (i > 0 ? 1 : 0),
        )
        expect(parsed.ok && parsed.value.statements.map(({ line }) => line)).toEqual(lines)
      }
  },
)

test('a fault far down in a large file is told with its line', async () => {
  const lines = `INSERT INTO a VALUES ('${'ä✓😀'.repeat(50)}');\n`.repeat(2_000)
  expect(await parse(`${lines}\nSELEC 1;\n${lines}`)).toMatchObject({
    problem: { code: 'sql-syntax', line: 2_002, near: 'SELEC 1;' },
  })
  expect(await parse(`${lines}SELECT $never$ ended;\n${lines}`)).toMatchObject({
    problem: { code: 'sql-syntax', line: 2_001 },
  })
})

test('data behind COPY is not shown where it begins a piece of its own', async () => {
  for (let short = 0; short < 40; short++) {
    const sql = `${filler(piece - short)}COPY a FROM stdin;\nsecret@morishr.test\n\\.\n`
    expect(await parse(sql)).toMatchObject({ problem: { why: 'copy-from-stdin', line: 2 } })
  }
})
