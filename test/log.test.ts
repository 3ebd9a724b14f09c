import { expect, it } from 'vitest'
import { makeLog } from '../src/log.ts'
import { makeRedactor } from '../src/redaction.ts'

it('writes one JSON object a line, without secrets, in errors and nested values too', () => {
  const lines: string[] = []
  const log = makeLog({
    level: 'info',
    redact: makeRedactor(['hunter"2']),
    write: (line) => void lines.push(line),
  })
  log.info({ nested: { value: 'x hunter"2' }, err: new Error('login with hunter"2 failed') }, 'hunter"2')
  log.debug('not written')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('hunter')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: '[secret]', nested: { value: 'x [secret]' } })
})
