import { expect, test } from 'vitest'
import { commandOf, quoteName, quoteValue } from '../../../src/engines/statements/sql-parse.ts'

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
