import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deliveriesOf } from '../../src/deliveries/planned.ts'
import { call, acknowledge } from '../../src/runs/calling.ts'
import { asha, mei, openNight, type Night } from './night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

const pinged = async (run: string) => (await night.happened(run, 'alarm.pinged')).map(({ people }) => people)
const reason = { reason: 'payroll stands still', critical: false }

describe('a call for help', () => {
  test('during a question pings nobody again who was pinged just now, and what is open has one clock', async () => {
    const driven = await night.start(mei.person)
    const gate = await night.ask(driven)
    await night.look(0)
    const called = await call(night.pool, driven.run.id, { ...reason, critical: true }, mei)
    expect(called).toMatchObject({
      value: { alarms: [{ id: gate }, { cause: { is: 'called' }, pinged: [0] }] },
    })
    expect(await night.happened(driven.run.id, 'run.escalated')).toMatchObject([{ also: [gate] }])
    for (const minutes of [0.1, 0.2, 14, 15.1, 15.2, 31, 600]) await night.look(minutes)
    const pings = await night.happened(driven.run.id, 'alarm.pinged')
    expect(pings.map(({ steps }) => steps.map(({ place }) => place))).toEqual([[0], [2, 3], [1]])
    expect(pings[1]).toMatchObject({ alarm: `${driven.run.id}/called/1`, also: [gate] })
    const messages = deliveriesOf(pings[1]!, {
      channel: 'C',
      kind: 'migrate',
      holder: null,
      step: null,
      told: [],
    })
    expect(messages).toContainEqual({ refreshBelow: `ping:${gate}/` })
    expect(
      (await night.alarms(driven.run.id)).map(({ pinged: places }) => places.toSorted((a, b) => a - b)),
    ).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ])
  })

  test('pings from the beginning who was pinged longer ago, or before somebody had it', async () => {
    const [long, taken] = [await night.start(mei.person), await night.start(mei.person)]
    for (const driven of [long, taken]) {
      await night.ask(driven)
      await night.look(0)
    }
    await night.pool.query(`update lockkeeper.event set at = at - interval '6 min' where run = $1`, [
      long.run.id,
    ])
    await acknowledge(night.pool, taken.run.id, mei)
    for (const { run } of [long, taken]) await call(night.pool, run.id, reason, mei)
    await night.look(0.1)
    for (const { run } of [long, taken]) expect(await pinged(run.id)).toEqual([[asha.person], [asha.person]])
  })

  test('does not keep a question that opens after it from its own people', async () => {
    const driven = await night.start(mei.person)
    await call(night.pool, driven.run.id, reason, mei)
    await night.look(0)
    await night.ask(driven)
    await night.look(0.1)
    expect(await pinged(driven.run.id)).toEqual([[asha.person], [asha.person]])
  })
})
