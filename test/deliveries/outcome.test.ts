import { afterAll, beforeAll, expect, test } from 'vitest'
import { tellOutcome } from '../../src/deliveries/outcome.ts'
import { mei, openNight, type Night } from '../notices/night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

async function ping() {
  const driven = await night.start(mei.person)
  await night.ask(driven)
  await night.look(0)
  const [event] = await night.happened(driven.run.id, 'alarm.pinged')
  return { run: driven.run.id, shows: { event: event!.seq } }
}
const lost = { error: 'account_inactive', goesOn: false }

test('a ping that did not arrive is told of once, by whom it did not reach', async () => {
  const { run, shows } = await ping()
  const dm = { key: `ping:${run}:dm`, to: { person: 'U0ASHA' }, shows }
  await tellOutcome(night.pool, dm, lost)
  await tellOutcome(night.pool, dm, lost)
  await tellOutcome(
    night.pool,
    { key: `ping:${run}:mail`, to: { mail: 'dba@morishr.test' }, shows },
    { error: '550', goesOn: false },
  )
  expect(await night.happened(run, 'call.failed')).toMatchObject([
    { by: 'slack', to: 'U0ASHA', ...lost },
    { by: 'mail', to: 'dba@morishr.test', error: '550' },
  ])
})

test('one that is late and then refused is told of twice, and the second time for good', async () => {
  const { run, shows } = await ping()
  const page = { key: `ping:${run}:pager`, to: { pager: 'DBA' }, shows }
  for (const goesOn of [true, true, false]) await tellOutcome(night.pool, page, { error: '503', goesOn })
  expect(await night.happened(run, 'call.failed')).toMatchObject([{ goesOn: true }, { goesOn: false }])
})

test('what arrived, a channel, and what is no ping are nothing to tell', async () => {
  const { run, shows } = await ping()
  await tellOutcome(night.pool, { key: 'x', to: { person: 'U0ASHA' }, shows }, null)
  await tellOutcome(night.pool, { key: 'x', to: { channel: '#migrations' }, shows }, lost)
  const [opened] = await night.happened(run, 'gate.opened')
  await tellOutcome(night.pool, { key: 'x', to: { person: 'U0ASHA' }, shows: { event: opened!.seq } }, lost)
  expect(await night.happened(run, 'call.failed')).toEqual([])
})
