import { expect, it } from 'vitest'
import { makeLog } from '../src/log.ts'
import { makeRedactor } from '../src/redaction/redactor.ts'

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

it('says of a database that is away why, without a stack; of anything else where it happened', () => {
  const lines: string[] = []
  const log = makeLog({ level: 'info', redact: (text) => text, write: (line) => void lines.push(line) })
  const away = [
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    Object.assign(new Error('terminating connection'), { code: '57P01' }),
    new Error('Connection terminated unexpectedly'),
  ]
  const bugs = [
    Object.assign(new Error('duplicate key'), { code: '23505' }),
    new Error('no run'),
    new TypeError('x'),
  ]
  for (const err of [...away, ...bugs]) log.warn({ err }, 'looking failed')
  const told = lines.map((line) => JSON.parse(line).err)
  expect(told.map(({ message }) => message)).toEqual([
    'ECONNREFUSED',
    '57P01',
    'Connection terminated unexpectedly',
    'duplicate key',
    'no run',
    'x',
  ])
  expect(told.map(({ stack }) => stack !== undefined)).toEqual([false, false, false, true, true, true])
})
