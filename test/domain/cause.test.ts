import { expect, test } from 'vitest'
import { choicesNow, whenGone } from '../../src/domain/cause.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { failed } from '../../src/domain/outcome.ts'
import { answer, at, attempt, gate, lockTimeout, run, session } from '../views/sample.ts'

const lost: Problem = { code: 'session-lost', host: 'db', during: 'migrate', errno: 'ECONNRESET' }
const stopped = (step: string, problem: Problem) =>
  gate(step, { code: 'step-failed', problem, choices: ['retry', 'back-out', 'leave'] })
const isOut = run({ windowBegan: at('03:01:00') })

test('a lock that was released lets the migration go on; a session that was lost in it is for a person', () => {
  expect(whenGone(isOut, [], stopped('migrate', lockTimeout()))).toBe('goes-on')
  expect(whenGone(isOut, [], stopped('migrate', lost))).toBe('offers')
  expect(whenGone(isOut, [], stopped('close', lost))).toBe('goes-on')
})

test('while users are in, nothing goes on that would put them out', () => {
  expect(whenGone(run({ windowBegan: null }), [], stopped('card', lost))).toBe('offers')
})

test('a cause that came back three times is for a person, until one has answered', () => {
  const looked = (n: number, via: 'look' | 'slack') =>
    attempt('migrate', failed(lockTimeout()), { attempt: n, answer: answer({ choice: 'retry', via }) })
  const three = [1, 2, 3].map((n) => looked(n, 'look'))
  expect(whenGone(isOut, three.slice(1), stopped('migrate', lockTimeout()))).toBe('goes-on')
  expect(whenGone(isOut, three, stopped('migrate', lockTimeout()))).toBe('offers')
  expect(whenGone(isOut, [...three, looked(4, 'slack')], stopped('migrate', lockTimeout()))).toBe('goes-on')
})

test('nobody looks at what only a person can tell', () => {
  expect(whenGone(isOut, [], stopped('verify', { code: 'verification-failed', failed: [] }))).toBeNull()
})

test('the choice that is possible again stands first', () => {
  const question = {
    code: 'sessions-left' as const,
    sessions: [session()],
    ended: 0,
    changed: [],
    choices: ['terminate', 'wait', 'back-out'] as const,
  }
  const asks = gate('drain', { ...question, choices: [...question.choices] })
  expect(choicesNow(asks)).toEqual(['terminate', 'wait', 'back-out'])
  const looked = { cause: 'gone' as const, at: at('03:04:12'), since: at('03:04:12'), sessions: [] }
  expect(choicesNow({ ...asks, looked })).toEqual(['wait', 'terminate', 'back-out'])
})
