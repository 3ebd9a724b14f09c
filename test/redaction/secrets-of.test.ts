import { describe, expect, it } from 'vitest'
import { makeRedactor } from '../../src/redaction/redactor.ts'
import { secretsOfConnection, secretsOfUrl } from '../../src/redaction/secrets-of.ts'

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
