import { describe, expect, it } from 'vitest'
import { makeRedactor } from '../../src/redaction/redactor.ts'
import { looksSecret } from '../../src/redaction/unknown-secrets.ts'

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

describe('a secret that nobody told us of', () => {
  it.each([
    ['GET /login?user=a&password=hunter2&next=/', 'GET /login?user=a&password=[secret]&next=/'],
    ['DB_PASS=hunter2 node api.ts', 'DB_PASS=[secret] node api.ts'],
    ['Host=db;Password="a;b";Database=hrms', 'Host=db;Password=[secret];Database=hrms'],
    ['{"db_password": "hunter2", "port": 1}', '{"db_password": "[secret]", "port": 1}'],
    [String.raw`{\"token\":\"hunter2\"}`, String.raw`{\"token\":\"[secret]\"}`],
    ["ALTER ROLE a PASSWORD 'hunter2'", "ALTER ROLE a PASSWORD '[secret]'"],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer [secret]'],
    ['token xoxb-1234567890-abcdef refused', 'token [secret] refused'],
    ['Bearer eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJ', 'Bearer [secret]'],
    ['amqp://a:p@ss:w0rd@mq:5672/x', 'amqp://a:[secret]@mq:5672/x'],
  ])('is taken out of %s', (text, clean) => expect(makeRedactor([])(text)).toBe(clean))

  it.each([
    'export PGPASSWORD="$HRMS_PASSWORD"',
    'https://pager/?token={PAGER_TOKEN}',
    'bypass=true compass=north',
    'The password of role hrms_app has expired.',
  ])('is none in %s', (text) => expect(makeRedactor([])(text)).toBe(text))
})
