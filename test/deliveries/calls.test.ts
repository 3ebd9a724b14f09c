import { afterAll, beforeAll, expect, test } from 'vitest'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import type { Shows } from '../../src/domain/delivery.ts'
import { call, acknowledge } from '../../src/runs/calling.ts'
import { answer } from '../../src/runs/requests.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { asha, mei, openNight, type Night } from '../notices/night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

interface Row {
  key: string
  to: object
  shows: Shows
  wanted: number
}

/** What is to be sent for a run beside its own messages, and what it says now. */
async function toSend(run: string): Promise<(Row & { says: string })[]> {
  await fanOut(night.pool)
  const { rows } = await night.pool.query<Row>(
    `select key, to_address as "to", shows, wanted from lockkeeper.delivery where key like 'ping:' || $1 || '%' order by seq`,
    [run],
  )
  const render = makeRender({ pool: night.pool, peopleOf: async () => [] })
  return Promise.all(
    rows.map(async (row) => {
      const view = await render(row.shows)
      return { ...row, says: view ? plainText(view) : 'nothing' }
    }),
  )
}

test('a ping is sent to each person and to the channel, and shows what became of it', async () => {
  const driven = await night.start(mei.person)
  const gate = await night.ask(driven)
  await night.look(16)
  const pings = await toSend(driven.run.id)
  expect(pings.map(({ to }) => to)).toEqual([
    { channel: '#migrations', thread: `run:${driven.run.id}`, broadcast: true },
    { person: asha.person },
    { person: 'U0DAN' },
    { person: 'U0KIM' },
  ])
  for (const { says, wanted } of pings) {
    expect(says).toContain('Nobody has answered since')
    expect(says).toContain('Acknowledge')
    expect(wanted).toBe(1)
  }

  await acknowledge(night.pool, driven.run.id, mei)
  const taken = await toSend(driven.run.id)
  expect(taken.slice(0, 4).map(({ wanted }) => wanted)).toEqual([2, 2, 2, 2])
  expect(taken[1]?.says).toContain('Acknowledged by @U0MEI at')
  // Mei was whom questions went to before: she alone needs no message of her own.
  expect(taken.slice(4)).toMatchObject([
    { to: { channel: '#migrations', broadcast: true }, says: expect.stringContaining('Still to be chosen:') },
  ])

  await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
  for (const { says, wanted, key } of (await toSend(driven.run.id)).slice(0, 4)) {
    expect(says, key).toMatch(/^No longer needed since .*: answered Wait, @U0MEI\. Nothing to do here/)
    expect(wanted).toBe(3)
  }
})

test('later questions are sent to who took it', async () => {
  const driven = await night.start(asha.person)
  const gate = await night.ask(driven)
  await fanOut(night.pool)
  await acknowledge(night.pool, driven.run.id, mei)
  const toAsha = (await toSend(driven.run.id)).find(({ to }) => 'person' in to)
  expect(toAsha).toMatchObject({
    to: { person: asha.person },
    says: expect.stringContaining('Acknowledged by @U0MEI'),
  })
  await answer(night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
  const second = await night.ask(driven, 'drain', 2)
  await fanOut(night.pool)
  const { rows } = await night.pool.query<{ to: object }>(
    'select to_address as "to" from lockkeeper.delivery where key = $1',
    [`gate:${second}:dm`],
  )
  expect(rows).toEqual([{ to: { person: mei.person } }])
})

test('a hold that lapsed asks who had it, by direct message and in the channel', async () => {
  const driven = await night.start(asha.person)
  await night.ask(driven)
  await acknowledge(night.pool, driven.run.id, mei)
  await night.look(16)
  const asked = (await toSend(driven.run.id)).filter(({ says }) => says.includes('still on it?'))
  expect(asked.map(({ to }) => to)).toEqual([
    { channel: '#migrations', thread: `run:${driven.run.id}`, broadcast: true },
    { person: mei.person },
  ])
})

test('a call shows who calls and why, and that it is over', async () => {
  const { run } = await night.start(mei.person)
  await call(night.pool, run.id, { reason: 'payroll stands still', critical: false }, mei)
  await night.look(0)
  const [inChannel] = await toSend(run.id)
  expect(inChannel?.says).toContain('@U0MEI calls for help since')
  await call(night.pool, run.id, { reason: 'worse', critical: false }, mei)
  const [after] = await toSend(run.id)
  expect(after).toMatchObject({ wanted: 2, says: expect.stringContaining('No longer needed') })
})
