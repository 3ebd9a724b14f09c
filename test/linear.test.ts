import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readSaid } from '../src/adapters/dotnet-ef.ts'
import { errorOf } from '../src/engines/efcore/failed-command.ts'
import { makeLineRedactor, makeRedactor } from '../src/redaction/redactor.ts'
import { secretsOfConnection } from '../src/redaction/secrets-of.ts'
import { looksSecret } from '../src/redaction/unknown-secrets.ts'
import { typedWords } from '../src/slack/typed.ts'
import { readTime } from '../src/when/read-time.ts'
import { readYaml } from '../src/yaml/read.ts'
import { growth } from './growth.ts'

/** Work that grows with the text takes 8 times as long for 8 times as much, work that grows with its square 64 times. */
const betweenBoth = 24

const redact = makeRedactor(['p@ss "wörd"/1', 'hunter2', 'a-b-c\\d'])
const here = { zone: 'UTC', now: '2026-11-30T00:00:00Z' }
const schema = z.strictObject({ name: z.string() })
const keys = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

function failedCommand(command: string): void {
  const statement = { text: 'update a set b = 1', line: 1, from: 'file' as const }
  const script = {
    migration: 'one',
    file: 'one.sql',
    sql: '',
    sha256: '',
    units: [{ in: 'transaction' as const, statements: [statement] }],
  }
  const prepared = { kind: 'scripts', move: { from: null, to: 'one' }, scripts: [script] }
  errorOf(prepared as never, { ...readSaid([]), statement: command }, '23502', null)
}

describe('the time that a text from outside takes grows with its length, and no faster', () => {
  it.each<[string, (length: number) => void]>([
    ['a hexadecimal literal in the redactor', (n) => redact(`'\\x${'0a'.repeat(n)}'`)],
    ['a word of letters in the redactor', (n) => redact('a'.repeat(n * 2))],
    ['begins of URLs in the redactor', (n) => redact('a://b:'.repeat(n / 3))],
    ['begins of passwords in the redactor', (n) => redact('password="'.repeat(n / 5))],
    ['begins of tokens in the redactor', (n) => redact('-eyJabcdefgh.'.repeat(n / 5))],
    ['begins of private keys in the redactor', (n) => redact('-----BEGIN PRIVATE KEY-----\n'.repeat(n / 10))],
    ['percent signs in the redactor', (n) => redact('%41'.repeat(n / 10))],
    ['backslashes in the redactor', (n) => redact('\\'.repeat(n / 4))],
    ['begins of known secrets in the redactor', (n) => redact('hunter'.repeat(n / 3))],
    [
      'a private key without an end, line by line',
      (n) => {
        const redactLine = makeLineRedactor(redact)
        redactLine('-----BEGIN PRIVATE KEY-----')
        for (let line = 0; line < n / 100; line++) redactLine('A'.repeat(64))
      },
    ],
    ['letters in a runbook', (n) => looksSecret('a'.repeat(n * 4))],
    ['begins of tokens in a runbook', (n) => looksSecret('eyJabcdefgh'.repeat(n))],
    ['blanks in a connection string', (n) => secretsOfConnection(`Host${' '.repeat(n * 4)}`)],
    ['quotes in a connection string', (n) => secretsOfConnection(`a="b"`.repeat(n))],
    ['blanks in a time', (n) => readTime(`in 2${' '.repeat(n)}hours,${' '.repeat(n)}x`, here)],
    ['commas in a time', (n) => readTime(`04:00${', '.repeat(n)}x`, here)],
    ['days in a time', (n) => readTime(`04:00 ${'monday '.repeat(n / 4)}`, here)],
    ['lengths of time in a time', (n) => readTime(`in ${'1h '.repeat(n / 4)}x`, here)],
    ['begins of people in a command', (n) => typedWords('<@U'.repeat(n / 4))],
    [
      'unknown keys in a runbook',
      (n) =>
        readYaml(
          'a.yml',
          keys(n / 20, (at) => `key${at}: 1`),
          schema,
        ),
    ],
    [
      'keys that stand twice in a runbook',
      (n) =>
        readYaml(
          'a.yml',
          keys(n / 20, () => 'key: 1'),
          schema,
        ),
    ],
    [
      'comments in a runbook',
      (n) =>
        readYaml(
          'a.yml',
          keys(n / 20, (at) => `key${at}: 1 #cut`),
          schema,
        ),
    ],
    [
      'items of a list in a runbook',
      (n) => readYaml('a.yml', `name:\n${keys(n / 20, () => '- a #cut')}`, schema),
    ],
    ['comments before a command of EF', (n) => failedCommand(`${'/* */ -- \n'.repeat(n / 10)}select 1`)],
    ['semicolons before a command of EF', (n) => failedCommand(`${'; '.repeat(n)}select 1`)],
  ])('%s', (_, work) => expect(growth(work)).toBeLessThan(betweenBoth))
})
