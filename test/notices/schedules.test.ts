import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callOff } from '../../src/runs/scheduling.ts'
import { asha, day, hour, min, newName, openDiary, telling, type Diary } from './diary.ts'

let diary: Diary
beforeAll(async () => {
  diary = await openDiary()
})
afterAll(() => diary.close())

describe('notices before the start', () => {
  test('are made at their times, each to its audience, once', async () => {
    const planned = await diary.plan(10 * day)
    for (const before of [73, 72, 71, 25, 24, 23, 2, 1, 0.5]) await diary.look(planned, before * hour)
    expect(await diary.told(planned)).toEqual([
      ['-72h', '#hrms', 'all@morishr.com'],
      ['-24h', '#ops', 'U0KIM'],
      ['-1h', '#hrms', 'U0KIM', 'U0LEE'],
    ])
  })

  test('go out of one of several replicas, whatever they see at the same moment', async () => {
    const planned = await diary.plan(10 * day)
    const others = [1, 2, 3].map(() => new pg.Pool({ connectionString: diary.url, max: 2 }))
    await Promise.all(others.flatMap((pool) => [1, 2].map(() => diary.look(planned, 72 * hour, pool))))
    await Promise.all(others.map((pool) => pool.end()))
    expect(await diary.happened(planned, 'notice.made')).toHaveLength(1)
  })

  test('that are late are made while they are true; of two for the same people only the later one', async () => {
    const planned = await diary.plan(10 * day)
    await diary.look(planned, 30 * min)
    expect(await diary.told(planned)).toEqual([
      ['-72h', 'all@morishr.com'],
      ['-24h', '#ops'],
      ['-1h', '#hrms', 'U0KIM', 'U0LEE'],
    ])
    expect(await diary.withheld(planned)).toEqual([])
  })

  test('for people who all get a later one are superseded', async () => {
    const audiences = { ...telling.audiences, everybody: { ...telling.audiences['everybody']!, mail: [] } }
    const planned = await diary.plan(10 * day, newName(), { audiences })
    await diary.look(planned, 30 * min)
    expect(await diary.withheld(planned)).toEqual([['-72h', 'superseded']])
  })

  test('are not made any more once the start has come, and the record says so', async () => {
    const planned = await diary.plan(10 * day)
    await diary.look(planned, -3 * min)
    expect(await diary.told(planned)).toEqual([])
    expect(await diary.withheld(planned)).toEqual([
      ['-72h', 'too-late'],
      ['-24h', 'too-late'],
      ['-1h', 'too-late'],
    ])
  })

  test('of a window that is near are made at once', async () => {
    const planned = await diary.plan(20 * hour)
    await diary.lookIn(0)
    expect(await diary.told(planned)).toEqual([
      ['-72h', '#hrms', 'all@morishr.com'],
      ['-24h', '#ops', 'U0KIM'],
    ])
  })

  test('name groups that are empty or that nobody tells the members of; an audience of nobody gets none', async () => {
    const audiences = {
      ...telling.audiences,
      users: { channels: [], people: [], groups: ['S0GONE'], mail: [] },
    }
    const planned = await diary.plan(10 * day, newName(), { audiences })
    for (const before of [72, 24, 1]) await diary.look(planned, before * hour)
    expect(await diary.withheld(planned)).toEqual([['-1h', 'nobody']])
  })
})

describe('a clock that is moved through a whole schedule', () => {
  /** What was told first at which look, as hours before the start; a look every half hour. */
  async function through(start: string): Promise<[number, string][]> {
    const planned = await diary.plan(Date.parse(start) - Date.now(), newName(), { timeZone: 'Europe/Zurich' })
    const seen: [number, string][] = []
    for (let before = 73; before >= -0.5; before -= 0.5) {
      await diary.look(planned, before * hour)
      const told = [
        ...(await diary.told(planned)).map(([what]) => what),
        ...(await diary.happened(planned, 'schedule.ready')).map((ready) => `ready ${ready.before / hour}`),
        ...(await diary.happened(planned, 'schedule.asks')).map(({ late }) => (late ? 'asks again' : 'asks')),
        ...(await diary.happened(planned, 'schedule.over')).map(({ as }) => as),
      ]
      for (const what of told) if (!seen.some(([, before]) => before === what)) seen.push([before, what])
    }
    return seen
  }

  test.each([
    ['as the clocks go forward', '2027-03-28T01:30:00.000Z'],
    ['as the clocks go back', '2027-10-31T01:30:00.000Z'],
    ['on a leap day', '2028-02-29T03:00:00.000Z'],
    ['over the end of a year', '2027-12-31T23:45:00.000Z'],
  ])('tells everything once, at its hour before the start: %s', async (_, start) => {
    expect(await through(start)).toEqual([
      [72, '-72h'],
      [24, '-24h'],
      [24, 'ready 24'],
      [1, '-1h'],
      [1, 'ready 1'],
      [0, 'asks'],
      [-0.5, 'called-off'],
      [-0.5, 'missed'],
    ])
  })
})

describe('a schedule that changes', () => {
  test('tells who was told the other time, and makes what is still to come anew', async () => {
    const name = newName()
    const planned = await diary.plan(2 * day, name)
    await diary.lookIn(0)
    const moved = await diary.plan(9 * day, name)
    expect(moved).toMatchObject({ id: planned.id, moves: 1 })
    expect(await diary.told(moved)).toEqual([
      ['-72h', '#hrms', 'all@morishr.com'],
      ['moved', '#hrms', 'all@morishr.com'],
    ])
    await diary.look(moved, 72 * hour)
    await diary.look(moved, 24 * hour)
    expect((await diary.told(moved)).map(([what]) => what)).toEqual(['-72h', 'moved', '-72h', '-24h'])
  })

  test('does not repeat what would be due already, to people who learn that it moved', async () => {
    const name = newName()
    await diary.plan(2 * day, name)
    await diary.lookIn(0)
    const moved = await diary.plan(2 * day + hour, name)
    await diary.lookIn(0)
    expect((await diary.told(moved)).map(([what]) => what)).toEqual(['-72h', 'moved'])
  })

  test('and nobody was told of, is told to nobody', async () => {
    const name = newName()
    await diary.plan(8 * day, name)
    const moved = await diary.plan(9 * day, name)
    expect(await diary.told(moved)).toEqual([])
    await callOff(diary.pool, { runbook: name, reason: null, seen: moved }, asha)
    expect(await diary.told(moved)).toEqual([])
  })

  test('to be called off tells who was told, and withholds the rest', async () => {
    const name = newName()
    const planned = await diary.plan(2 * day, name)
    await diary.lookIn(0)
    await callOff(diary.pool, { runbook: name, reason: 'the vendor asks for a week', seen: planned }, asha)
    expect(await diary.told(planned)).toEqual([
      ['-72h', '#hrms', 'all@morishr.com'],
      ['called-off', '#hrms', 'all@morishr.com'],
    ])
    expect(await diary.withheld(planned)).toEqual([
      ['-24h', 'called-off'],
      ['-1h', 'called-off'],
    ])
    await diary.look(planned, hour)
    expect(await diary.told(planned)).toHaveLength(2)
  })

  test('is not called off by somebody who saw another time', async () => {
    const name = newName()
    const planned = await diary.plan(2 * day, name)
    const moved = await diary.plan(3 * day, name)
    expect(await callOff(diary.pool, { runbook: name, reason: null, seen: planned }, asha)).toMatchObject({
      ok: false,
      problem: { code: 'schedule-changed' },
    })
    expect((await diary.now(moved)).over).toBeNull()
  })

  test('between the look of a replica and its writing is told as it is then', async () => {
    const name = newName()
    const planned = await diary.plan(2 * day, name)
    await diary.lookIn(0)
    // The look for the notice of an hour before asks for the members of a group: meanwhile it is called off.
    await diary.look(planned, hour, diary.pool, {
      async members() {
        await callOff(diary.pool, { runbook: name, reason: null, seen: planned }, asha)
        return ['U0LEE']
      },
    })
    expect((await diary.told(planned)).map(([what]) => what)).toEqual(['-72h', 'called-off'])
  })
})

test('a schedule for this very minute tells everybody at once, and asks to be started', async () => {
  const planned = await diary.plan(-30_000)
  await diary.lookIn(0)
  expect(await diary.told(planned)).toEqual([
    ['-72h', 'all@morishr.com'],
    ['-24h', '#ops'],
    ['-1h', '#hrms', 'U0KIM', 'U0LEE'],
  ])
  expect(await diary.happened(planned, 'schedule.asks')).toMatchObject([{ late: false }])
  await expect(diary.plan(-4 * min)).rejects.toThrow('time-past')
})
