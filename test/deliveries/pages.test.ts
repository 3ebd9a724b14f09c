import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Contact } from '../../src/domain/escalation.ts'
import { call, acknowledge } from '../../src/runs/calling.ts'
import { testReach } from '../../src/runs/reach-tests.ts'
import { answer } from '../../src/runs/requests.ts'
import { recordStanding } from '../../src/store/standing.ts'
import { asha, calling, mei } from '../notices/night.ts'
import { sampleRunbook } from '../plans.ts'
import { contactSchema, openPaging, pagerKey, words, type Paging } from './pager.ts'

let paging: Paging
beforeEach(async () => {
  paging = await openPaging()
})
afterEach(() => paging.close())

test('a pager is told of a ping, that somebody has it, and that it is over, each once', async () => {
  paging.start()
  const { driven, gate } = await paging.paged()
  await paging.settled()
  expect(paging.told).toMatchObject([
    {
      path: '/page',
      action: 'trigger',
      alarm: gate,
      body: {
        key: pagerKey,
        contact: 'DBA',
        reason: expect.stringMatching(/^HRMS is up\. Nobody has answered since/) as string,
      },
    },
  ])
  await acknowledge(paging.night.pool, driven.run.id, mei)
  await expect.poll(() => paging.actions()).toEqual(['trigger', 'acknowledge'])
  await acknowledge(paging.night.pool, driven.run.id, asha)
  await paging.settled()
  await answer(paging.night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
  await expect.poll(() => paging.actions()).toEqual(['trigger', 'acknowledge', 'resolve'])
  await paging.settled()
  expect(paging.actions()).toEqual(['trigger', 'acknowledge', 'resolve'])
})

test('nothing of its secret is in the store or the log', async () => {
  paging.answers.push(401)
  paging.start()
  await paging.paged()
  await paging.settled()
  const { rows: found } = await paging.night.pool.query<{ all: string }>(
    `select (select string_agg(d::text, '') from lockkeeper.delivery d) || (select string_agg(e::text, '') from lockkeeper.event e)
       || (select string_agg(p::text, '') from lockkeeper.plan p) as all`,
  )
  expect(found[0]?.all).toContain('PAGER_KEY')
  expect(found[0]?.all).not.toContain(pagerKey)
  expect(paging.lines.join('')).toContain('another pager refused a ping')
  expect(paging.lines.join('')).not.toContain(pagerKey)
})

describe('a ping', () => {
  test('is told again where the pager does not take it now, or its answer was lost', async () => {
    paging.answers.push(503, 'cut', 429)
    paging.start()
    await paging.paged()
    await paging.settled()
    expect(paging.actions()).toEqual(['trigger', 'trigger', 'trigger', 'trigger'])
    expect(new Set(paging.told.map(({ alarm }) => alarm)).size).toBe(1)
  })

  test('that a process died with is told again', async () => {
    await paging.paged()
    const stop = paging.start()
    await paging.settled()
    await stop()
    await paging.night.pool.query(
      `update lockkeeper.delivery set state = 'sending', sent_as = null where lane like 'pager %'`,
    )
    paging.start()
    await expect.poll(() => paging.actions()).toEqual(['trigger', 'trigger'])
    await paging.settled()
  })

  test('that is over before it could be told is not told; one that may have arrived is taken back', async () => {
    const first = await paging.paged()
    await answer(paging.night.pool, { gate: { id: first.gate }, choice: 'wait', caller: mei })
    paging.start()
    await paging.settled()
    expect(paging.actions()).toEqual([])
    expect(await paging.rows()).toMatchObject([{ state: 'refused', error: 'no_longer_needed' }])

    paging.answers.push('cut', ...Array.from({ length: 1000 }, () => 503))
    const second = await paging.paged()
    await expect.poll(() => paging.told.length).toBeGreaterThan(2)
    await answer(paging.night.pool, { gate: { id: second.gate }, choice: 'wait', caller: mei })
    paging.answers.length = 0
    await expect.poll(() => paging.actions().at(-1)).toBe('resolve')
    await paging.settled()
  })

  test('waits while somebody has it, and goes out when they have it no longer', async () => {
    const { driven } = await paging.paged()
    await acknowledge(paging.night.pool, driven.run.id, mei)
    paging.start()
    await expect.poll(() => paging.rows()).toMatchObject([{ postponed: true }])
    expect(paging.actions()).toEqual([])
    await call(paging.night.pool, driven.run.id, { reason: 'x', critical: false }, mei)
    await expect.poll(() => paging.actions()).toEqual(['trigger'])
  })

  test('does not wait for another pager that hangs', async () => {
    paging.answers.push('hang')
    paging.start()
    const slow = await paging.paged(paging.pager({ within: '1h' }))
    await expect.poll(() => paging.actions()).toEqual(['trigger'])
    const [lead] = calling.contacts as [Contact]
    const driven = await paging.night.start(
      mei.person,
      {},
      {
        contacts: [{ ...lead, ...contactSchema.parse({ role: 'Lead', ...paging.pager() }) }],
        escalation: [{ contact: 'Lead', after: 0 }],
      },
    )
    const gate = await paging.night.ask(driven)
    await paging.night.look(0)
    await expect.poll(() => paging.told.map(({ alarm }) => alarm)).toEqual([slow.gate, gate])
    paging.cut()
  })
})

test('a test of who is reached is told with words of its own, and the channel shows what came of it', async () => {
  await recordStanding(paging.night.pool, mei.person, ['migration-operators'], 3600)
  const contact = contactSchema.parse({ role: 'DBA', ...paging.pager({ test: words('test') }) })
  const runbook = { ...sampleRunbook(), contacts: [contact], escalation: [{ contact: 'DBA', after: 0 }] }
  const reached = { people: [], mail: [], webhook: true, paused: [], onCall: null, untold: null, lost: null }
  const called = [{ contact, ...reached }]
  const begun = await testReach(paging.night.pool, { runbook, called, after: 0, caller: mei })
  if (!begun.ok) throw new Error(JSON.stringify(begun.problem))
  paging.start()
  await paging.settled()
  expect(paging.told).toMatchObject([
    {
      action: 'test',
      alarm: `test/${begun.value.id}`,
      body: { contact: 'DBA', reason: expect.stringContaining('A test, nothing has happened') as string },
    },
  ])
  // The channel's message is to show it right after the pager took it.
  await expect
    .poll(async () => {
      const { rows } = await paging.night.pool.query<{ wanted: number }>(
        'select wanted from lockkeeper.delivery where key = $1',
        [`test:${begun.value.id}`],
      )
      return rows
    })
    .toEqual([{ wanted: 2 }])
})
