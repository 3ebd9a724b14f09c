import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asha, asks, mei, openNight, type Night } from './night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

/** Who was pinged by direct message, ping by ping. */
const pinged = async (run: string) =>
  (await night.happened(run, 'alarm.pinged')).map(({ people, asked }) => [...people, ...asked])

describe('a step', () => {
  test('that overruns its estimate calls people, until it has ended', async () => {
    const driven = await night.start(mei.person)
    await night.begins(driven, 'backup')
    await night.look(1.4)
    expect(await night.happened(driven.run.id, 'step.late')).toEqual([])
    await night.look(1.6)
    await night.look(1.6)
    expect(await night.happened(driven.run.id, 'step.late')).toMatchObject([
      { step: 'backup', attempt: 1, expectedSeconds: 30 },
    ])
    expect(await pinged(driven.run.id)).toEqual([[asha.person]])
    await night.ends(driven, 'backup', 1, { status: 'unneeded', because: 'already-so' })
    await night.look(40)
    expect(await night.alarms(driven.run.id)).toEqual([])
    expect(await pinged(driven.run.id)).toHaveLength(1)
    expect(await night.happened(driven.run.id, 'alarm.closed')).toHaveLength(1)
  })

  test('of which the plan says no length is late after its own limit', async () => {
    const driven = await night.start()
    await night.begins(driven, 'migrate')
    // Ten locks of two seconds, a statement of a quarter of an hour, and a minute.
    await night.look(16.3)
    expect(await night.happened(driven.run.id, 'step.late')).toEqual([])
    await night.look(16.4)
    expect(await night.happened(driven.run.id, 'step.late')).toMatchObject([{ expectedSeconds: 920 }])
  })

  test('that waits until it asks is not told twice', async () => {
    const driven = await night.start(mei.person)
    driven.run.plan.approved.routes.forward[3]!.with = { seconds: 300 }
    await night.pool.query(`update lockkeeper.plan set body = $2 where id = $1`, [
      driven.run.plan.id,
      JSON.stringify(driven.run.plan),
    ])
    await night.begins(driven, 'drain')
    await night.look(4.9)
    expect(await night.happened(driven.run.id, 'step.late')).toEqual([])
    await night.ends(driven, 'drain', 1, { status: 'asks', question: asks })
    await night.look(6)
    expect(await night.alarms(driven.run.id)).toMatchObject([{ cause: { is: 'gate' } }])
    expect(await pinged(driven.run.id)).toEqual([[asha.person]])
  })
})
