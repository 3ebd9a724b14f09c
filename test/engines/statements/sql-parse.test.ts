import { expect, test } from 'vitest'
import { commandOf, parseFile, quoteName, quoteValue } from '../../../src/engines/statements/sql-parse.ts'

const parse = (sql: string) => parseFile('1_a.up.sql', sql)

test('statements keep their words and their lines, comments and other alphabets around them notwithstanding', () => {
  const parsed = parse(`\uFEFF-- übersicht ✓
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

test('a syntax error is told with its file and line, characters of two bytes before it notwithstanding', () => {
  expect(parse("SELECT 'ääää✓';\n\nSELEC 1;\n")).toEqual({
    ok: false,
    problem: { code: 'sql-syntax', file: '1_a.up.sql', line: 3, near: 'SELEC 1;' },
  })
})

test('a command of psql is no SQL', () => {
  expect(parse('SELECT 1;\n\\connect other\n')).toMatchObject({
    problem: { code: 'statement-unfit', line: 2, statement: '\\connect other', why: 'not-sql' },
  })
})

test('the data behind COPY … FROM STDIN is neither read nor shown', () => {
  const parsed = parse('SELECT 1;\n\nCOPY a FROM stdin;\n17\tsecret@morishr.test\n\\.\n')
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

test('the command of a statement is its first words, without any name or value', () => {
  const commands = {
    'ALTER TABLE master."RefreshTokens" ADD x int': 'ALTER TABLE',
    'create unique index concurrently if not exists a on b (c)': 'CREATE UNIQUE INDEX',
    '/* why */ create index concurrently a on b (c)': 'CREATE INDEX CONCURRENTLY',
    "insert into t values ('secret')": 'INSERT INTO',
    'CREATE SCHEMA IF NOT EXISTS s': 'CREATE SCHEMA',
    'DO $$ begin end $$': 'DO',
  }
  for (const [statement, command] of Object.entries(commands)) expect(commandOf(statement)).toBe(command)
})

test('only the beginning of a long statement is read for its command', () => {
  const rows = Array.from({ length: 300 }, (_, i) => `(${i}, 'row ${i}')`).join(', ')
  // Not SQL as a whole: what is read to the end would not be known.
  expect(commandOf(`INSERT INTO t VALUES ${rows}, ('`)).toBe('INSERT INTO')
  for (const length of [200, 240, 245, 250, 252, 256, 300, 600]) {
    const comment = `/*${' '.repeat(length)}*/`
    expect(commandOf(`CREATE ${comment} UNIQUE INDEX CONCURRENTLY i ON t (a)`)).toBe('CREATE UNIQUE INDEX')
    expect(commandOf(`DELETE FROM ${'n'.repeat(length)} WHERE "a" = 'b'`)).toBe('DELETE FROM')
  }
  expect(commandOf(`DO '${'x'.repeat(600)}'`)).toBe('DO')
  expect(commandOf('BEGIN')).toBe('BEGIN')
})

test('comments around a statement are left out, those inside of it and of each other are not', () => {
  const texts = (sql: string): string[] => {
    const parsed = parse(sql)
    return parsed.ok ? parsed.value.statements.map(({ text, line }) => `${line} ${text}`) : []
  }
  expect(texts('-- a\r\n/* b /* c */ d */ --e\nSELECT 1 -- f')).toEqual(['3 SELECT 1'])
  expect(texts("SELECT '--' /* g */; SELECT '*/'\n; SELECT 2 /* -- */ + /* h */ 3 /* i */")).toEqual([
    "1 SELECT '--'",
    "1 SELECT '*/'",
    '2 SELECT 2 /* -- */ + /* h */ 3',
  ])
  expect(texts('SELECT 1 AS \u00a0 \n;\tSELECT 4\f')).toEqual(['1 SELECT 1 AS \u00a0', '2 SELECT 4'])
})

test('names are quoted where they have to be, values always', () => {
  expect(['tokens', 'RefreshTokens', 'user', 'order', 'a"b', 'type'].map(quoteName)).toEqual([
    'tokens',
    '"RefreshTokens"',
    '"user"',
    '"order"',
    '"a""b"',
    'type',
  ])
  expect(["it's", 'a\\b'].map(quoteValue)).toEqual(["'it''s'", " E'a\\\\b'"])
})

test('a file that goes wrong in its first statement is told like any other; an empty one holds none', () => {
  expect(parseFile('a.up.sql', 'ALTER TABEL x')).toMatchObject({
    problem: { code: 'sql-syntax', line: 1, near: expect.stringContaining('TABEL') },
  })
  expect(parseFile('a.up.sql', ' \n')).toMatchObject({ value: { statements: [] } })
})
