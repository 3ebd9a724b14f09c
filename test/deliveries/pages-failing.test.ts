import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeRender } from '../../src/deliveries/render.ts'
import { acknowledge } from '../../src/runs/calling.ts'
import { answer } from '../../src/runs/requests.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { mei } from '../notices/night.ts'
import { openPaging, type Paging } from './pager.ts'

let paging: Paging
beforeEach(async () => {
  paging = await openPaging()
})
afterEach(() => paging.close())

describe('a pager that does not take a ping', () => {
  const failures = (run: string) => paging.night.happened(run, 'call.failed')

  test('is told of in the channel, with why', async () => {
    paging.answers.push(401)
    paging.start()
    const { driven } = await paging.paged()
    await expect
      .poll(() => failures(driven.run.id))
      .toMatchObject([{ by: 'pager', to: 'DBA', error: '401', goesOn: false }])
    await expect
      .poll(
        async () =>
          (
            await paging.night.pool.query(
              `select to_address as "to" from lockkeeper.delivery join lockkeeper.event on shows ->> 'event' = event.seq::text where body ->> 'is' = 'call.failed'`,
            )
          ).rows,
      )
      .toMatchObject([{ to: { channel: '#migrations', broadcast: true } }])
    const [event] = await failures(driven.run.id)
    const view = await makeRender({ pool: paging.night.pool, peopleOf: async () => [] })({
      event: event!.seq,
    })
    expect(plainText(view!)).toMatch(
      /^A ping did not arrive: that to the pager of DBA \(401\)\. Call them on another way at /,
    )
  })

  test('for a minute is told of once, and tried on', async () => {
    paging.answers.push(...Array.from({ length: 10 }, () => 503))
    paging.start({ late: 0 })
    const { driven } = await paging.paged()
    await paging.settled()
    expect(paging.told.length).toBe(11)
    expect(await failures(driven.run.id)).toMatchObject([{ error: '503', goesOn: true }])
    const [event] = await failures(driven.run.id)
    const render = makeRender({ pool: paging.night.pool, peopleOf: async () => [] })
    expect(plainText((await render({ event: event!.seq }))!)).toMatch(
      /^Arrived at .*: the call of the pager to DBA did not arrive at .* \(503\)\. Nothing to do here$/,
    )
    const { rows } = await paging.night.pool.query(
      `select wanted from lockkeeper.delivery where shows ->> 'event' = $1`,
      [event!.seq],
    )
    expect(rows).toEqual([{ wanted: 2 }])
  })

  test('and what became of it is tried on too, the latest alone', async () => {
    paging.start()
    const { driven, gate } = await paging.paged()
    await paging.settled()
    paging.answers.push(503, 503)
    await acknowledge(paging.night.pool, driven.run.id, mei)
    await expect.poll(() => paging.told.length).toBeGreaterThan(2)
    await answer(paging.night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
    await expect.poll(() => paging.actions().at(-1)).toBe('resolve')
    await paging.settled()
    expect(paging.actions().filter((action) => action === 'resolve')).toHaveLength(1)
  })

  test('nor knows what becomes of pings is told nothing more', async () => {
    paging.start()
    const { driven, gate } = await paging.paged(paging.pager({ acknowledge: undefined, resolve: undefined }))
    await paging.settled()
    await acknowledge(paging.night.pool, driven.run.id, mei)
    await answer(paging.night.pool, { gate: { id: gate }, choice: 'wait', caller: mei })
    await paging.settled()
    expect(paging.actions()).toEqual(['trigger'])
  })
})
