import { describe, expect, it } from 'vitest'
import { makeLineRedactor, makeRedactor } from '../../src/redaction/redactor.ts'

const secret = 'p@ss "wörd"/1'

describe('a redactor', () => {
  const redact = makeRedactor([secret])

  it.each([
    ['as it is', secret],
    ['inside a JSON string', JSON.stringify(secret).slice(1, -1)],
    ['in the quotes of a connection string', secret.replaceAll('"', '""')],
    ['URL-encoded', encodeURIComponent(secret)],
    [
      'URL-encoded in lower case',
      encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
    ],
    ['as a form field', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['as base64', Buffer.from(secret).toString('base64')],
    ['as base64 for URLs', Buffer.from(secret).toString('base64url')],
    ['as hexadecimal', Buffer.from(secret).toString('hex')],
  ])('takes a secret out %s', (_, form) => {
    const text = redact(`before ${form} after`)
    expect(text).toMatch(/^before \[secret\] after$/)
  })

  it.each([0, 1, 2, 3])('takes it out of a longer base64 text where %i bytes stand before it', (bytes) => {
    const encoded = Buffer.from(`${'u'.repeat(bytes)}${secret}:and more`).toString('base64')
    const redacted = redact(encoded)
    expect(redacted).toContain('[secret]')
    expect(Buffer.from(redacted.replace('[secret]', ''), 'base64').toString('latin1')).not.toContain('ss "w')
  })

  it('takes the longest secret first, so that no rest of it stays', () => {
    expect(makeRedactor(['hunter', 'hunter2-extended'])('hunter2-extended hunter')).toBe('[secret] [secret]')
  })

  it('takes every occurrence', () => {
    expect(makeRedactor(['hunter2'])('hunter2hunter2 hunter2')).toBe('[secret][secret] [secret]')
  })

  it('reads a secret literally, whatever it means in a regular expression', () => {
    expect(makeRedactor(['a.+b$(c|d)'])('a.+b$(c|d) axxb')).toBe('[secret] axxb')
  })

  it('leaves texts without secrets as they are', () => {
    expect(redact('03:01:12 Migrate ended after 0.4 s')).toBe('03:01:12 Migrate ended after 0.4 s')
  })

  it('takes the password out of any URL, known or not', () => {
    expect(makeRedactor([])('connect postgres://lockkeeper:hunter2@db:5432/hrms now')).toBe(
      'connect postgres://lockkeeper:[secret]@db:5432/hrms now',
    )
  })

  it.each([
    ['by another encoder', `p%40ss%20%22w%c3%b6rd%22%2f1`],
    [
      'with each sign of it encoded',
      [...Buffer.from(secret)].map((byte) => `%${byte.toString(16)}`).join(''),
    ],
    ['in JSON that is a text in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['in JSON of ASCII alone', JSON.stringify(secret).slice(1, -1).replace('ö', '\\u00f6')],
    ['as hexadecimal in capitals', Buffer.from(secret).toString('hex').toUpperCase()],
  ])('takes a secret out that stands there %s', (_, form) => {
    expect(redact(`before ${form} after`)).toBe('before [secret] after')
  })

  it('takes a secret of several lines out line by line', () => {
    const withoutLines = makeRedactor(['first-line\nsecond-line\n}'])
    expect(withoutLines('log | second-line')).toBe('log | [secret]')
    expect(withoutLines(JSON.stringify({ said: 'first-line\nsecond-line' }))).toBe(
      String.raw`{"said":"[secret]\n[secret]"}`,
    )
  })

  it('leaves no rest where two secrets overlap', () => {
    expect(makeRedactor(['alpha-beta', 'beta-gamma'])('alpha-beta-gamma')).toBe('[secret]')
  })

  it('leaves very short values alone, which would turn words into marks', () => {
    expect(makeRedactor(['a', '', '123'])('a 1234')).toBe('a 1234')
  })
})

const body = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj',
  'MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu',
  'x9Qg==',
]
const lines = ['key:', '-----BEGIN RSA PRIVATE KEY-----', ...body, '-----END RSA PRIVATE KEY-----', 'done']

describe('a private key that nobody told us of', () => {
  it('is taken out of a text, and of a text in JSON', () => {
    expect(makeRedactor([])(lines.join('\n'))).toBe('key:\n[secret]\ndone')
    expect(makeRedactor([])(JSON.stringify({ said: lines.join('\n') }))).toBe(
      String.raw`{"said":"key:\n[secret]\ndone"}`,
    )
    expect(makeRedactor([])(JSON.stringify(JSON.stringify(lines.join('\n'))))).not.toContain('MIIE')
  })

  it('is taken out of output that comes line by line, and all that follows stays', () => {
    const redactLine = makeLineRedactor(makeRedactor([]))
    expect([...lines, 'password: x'].map(redactLine).filter((line) => line !== null)).toEqual([
      'key:',
      '[secret]',
      'done',
      'password: x',
    ])
  })

  it('ends before the first line that is none of it where its end is cut off', () => {
    const redactLine = makeLineRedactor(makeRedactor([]))
    const cut = ['-----BEGIN PRIVATE KEY-----', body[0]!, 'migration 7 of 9 has failed']
    expect(cut.map(redactLine)).toEqual(['[secret]', null, 'migration 7 of 9 has failed'])
  })

  it('is taken out where a log writes something before each line', () => {
    const redactLine = makeLineRedactor(makeRedactor([]))
    const logged = lines.map((line) => `03:01:12 api | ${line}`)
    expect(logged.map(redactLine).join()).not.toContain('MII')
  })
})
