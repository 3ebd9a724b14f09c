import { describe, expect, it } from 'vitest'
import { isOwn } from '../src/domain/own-words.ts'
import {
  looksSecret,
  makeJsonRedactor,
  makeRedactor,
  secretsOfConnection,
  secretsOfUrl,
} from '../src/redaction.ts'

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

  it('leaves very short values alone, which would turn words into marks', () => {
    expect(makeRedactor(['a', '', '123'])('a 1234')).toBe('a 1234')
  })
})

describe('a redactor of JSON', () => {
  it('goes through every text, and leaves names of properties and the rest as they are', () => {
    const redact = makeJsonRedactor(makeRedactor(['hunter2']), () => false)
    expect(redact({ a: ['hunter2', 7, null, true], hunter2: { b: 'x hunter2' } })).toEqual({
      a: ['[secret]', 7, null, true],
      hunter2: { b: 'x [secret]' },
    })
  })

  it('leaves words of our own alone, in lists too, and no text beside them', () => {
    const redact = makeJsonRedactor(makeRedactor(['done']), isOwn)
    const asked = { code: 'had-begun', choices: ['done'], lapses: { as: 'done' } }
    expect(redact({ status: 'done', question: asked, says: 'done', errors: ['not done'] })).toEqual({
      status: 'done',
      question: asked,
      says: '[secret]',
      errors: ['not [secret]'],
    })
  })

  it('takes one out of a sentence from outside, where a word of ours may stand too', () => {
    const redact = makeJsonRedactor(makeRedactor(['hunter2', 'done']), isOwn)
    expect(redact({ why: 'it said hunter2' })).toEqual({ why: 'it said [secret]' })
    expect(redact({ why: 'not done', because: 'done' })).toEqual({ why: 'not [secret]', because: 'done' })
  })
})

describe('secrets of a URL', () => {
  it('are the URL and its password, decoded', () => {
    const url = 'postgres://lockkeeper:p%40ss@db/hrms'
    expect(secretsOfUrl(url)).toEqual([url, 'p@ss'])
  })

  it('leave a password alone that is the name of the role or the database: messages must say those', () => {
    const url = 'postgres://hrms_app:hrms_app@db/hrms'
    expect(secretsOfUrl(url)).toEqual([url])
    expect(makeRedactor(secretsOfUrl(url))(`hrms_app at ${url}`)).toBe('hrms_app at [secret]')
  })

  it('are none without a password', () => {
    expect(secretsOfUrl('postgres://db/hrms')).toEqual([])
    expect(secretsOfUrl('no url')).toEqual([])
  })

  it('has its password taken out of a connection string of .NET, too', () => {
    const text = 'Host=db;Username=hrms_app;Password="a;b""c";Database=hrms'
    expect(secretsOfConnection(text)).toEqual([text, 'a;b"c'])
    expect(secretsOfConnection("Server=db; Pwd = 'it''s'")).toContain("it's")
    const same = 'Host=db;Username=hrms_app;Password=hrms_app'
    expect(secretsOfConnection(same)).toEqual([same])
    expect(secretsOfConnection('Host=db;Username=hrms_app')).toEqual([])
    expect(secretsOfConnection('32 bytes or more; no connection')).toEqual([])
  })
})

describe('what looks like a secret', () => {
  it.each([
    'postgres://a:hunter2@db/x',
    'see https://user:hunter2@host',
    'xoxb-1234567890-abcdef',
    'xapp-1-A012-345-abc',
    'Bearer eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('is %s', (text) => expect(looksSecret(text)).not.toBeNull())

  it.each([
    'HRMS_MASTER_URL',
    'http://127.0.0.1:{HRMS_PORT}/health',
    'postgres://a:{PASSWORD}@db/x',
    'Password reset token',
  ])('is not %s', (text) => expect(looksSecret(text)).toBeNull())
})
