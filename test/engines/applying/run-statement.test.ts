import { expect, test } from 'vitest'
import { withCancel } from '../../../src/engines/applying/run-statement.ts'
import type { TargetSession } from '../../../src/adapters/postgres/target-session.ts'
import { applying } from '../scripts.ts'

test('nothing is asked of a session before the cancel of its statement has arrived: it would end that instead', async () => {
  const abort = new AbortController()
  const arrived = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<string>()
  const order: string[] = []
  const control = {
    session: {} as TargetSession,
    sample: () => () => [],
    cutsToo: () => {},
    cancel: () => ({ over: () => arrived.promise }),
  }
  const run = () => {
    abort.abort()
    return ended.promise
  }
  const running = withCancel({ at: applying({ signal: abort.signal }), control }, control.session, run)
  const next = running.then((result) => order.push(result))
  ended.resolve('the statement')
  await new Promise(setImmediate)
  order.push('the cancel')
  arrived.resolve()
  await next
  expect(order).toEqual(['the cancel', 'the statement'])
})
