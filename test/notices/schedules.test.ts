import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { end } from '../../src/runs/record.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { samplePlan, smallRoutes } from '../plans.ts'
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

describe('operators', () => {
  test('are told a day, an hour and ten minutes before whether it could start', async () => {
    const planned = await diary.plan(10 * day)
    diary.ready.problem = { code: 'plan-missing', runbook: planned.runbook.name }
    await diary.look(planned, 24 * hour)
    diary.ready.problem = null
    for (const before of [hour, 59 * min, 10 * min, 5 * min]) await diary.look(planned, before)
    expect(await diary.happened(planned, 'schedule.ready')).toMatchObject([
      { before: day, problem: { code: 'plan-missing' } },
      { before: hour, problem: null },
      { before: 10 * min, problem: null },
    ])
  })

  test('are told only the last of what was missed in an outage', async () => {
    const planned = await diary.plan(10 * day)
    await diary.look(planned, 7 * min)
    expect(await diary.happened(planned, 'schedule.ready')).toMatchObject([{ before: 10 * min }])
  })

  test('are asked at its time to start it, once more after ten minutes, and then it is missed', async () => {
    const planned = await diary.plan(3 * day)
    await diary.look(planned, 71 * hour)
    for (const after of [0, 1, 9, 10, 11, 29]) await diary.look(planned, -after * min)
    expect(await diary.happened(planned, 'schedule.asks')).toMatchObject([{ late: false }, { late: true }])
    await diary.look(planned, -30 * min)
    expect((await diary.now(planned)).over).toMatchObject({ as: 'missed', by: 'lockkeeper' })
    expect((await diary.told(planned)).at(-1)).toEqual([
      'called-off',
      '#hrms',
      '#ops',
      'U0KIM',
      'U0LEE',
      'all@morishr.com',
    ])
    expect(await diary.happened(planned, 'schedule.over')).toHaveLength(1)
  })

  test('are asked so early that the backup is done when users are to be out', async () => {
    const planned = await diary.plan(3 * day)
    const { runbook } = planned
    const plan = samplePlan({ runbook, routes: smallRoutes() })
    // Five minutes of backup, and a minute in the window.
    plan.measured.estimates = [
      { step: 'backup', seconds: 300, from: 'guess' },
      { step: 'migrate', seconds: 60, from: 'guess' },
    ]
    await insertPlan(diary.pool, plan, 'target')
    for (const before of [15, 7, 6.1]) await diary.look(planned, before * min)
    expect(await diary.happened(planned, 'schedule.asks')).toEqual([])
    for (const before of [6, 5, 0]) await diary.look(planned, before * min)
    expect(await diary.happened(planned, 'schedule.asks')).toMatchObject([{ late: false }])
  })

  test('find a run that was begun early waiting for the time that users were told', async () => {
    const planned = await diary.plan(5 * min)
    const { run } = await diary.run(planned.runbook)
    expect(run.notBefore).toBe(planned.window.start)
  })

  test('are asked once when the bot was away at its time', async () => {
    const planned = await diary.plan(3 * day)
    await diary.look(planned, -20 * min)
    await diary.look(planned, -21 * min)
    expect(await diary.happened(planned, 'schedule.asks')).toMatchObject([{ late: true }])
  })

  test('are not asked where the clock starts it, but told why it cannot', async () => {
    const { window } = (await diary.plan(3 * day)).runbook
    const planned = await diary.plan(3 * day, newName(), { window: { ...window, startsBy: 'clock' } })
    const before = diary.ready.starts
    diary.ready.problem = { code: 'plan-missing', runbook: planned.runbook.name }
    await diary.look(planned, 0)
    diary.ready.problem = null
    expect(diary.ready.starts).toBe(before + 1)
    expect(await diary.happened(planned, 'schedule.asks')).toMatchObject([
      { late: false, problem: { code: 'plan-missing' } },
    ])
  })
})

describe('while it runs', () => {
  test('people are told that it began when users are out, and that it is done when they are in', async () => {
    const planned = await diary.plan(5 * min)
    await diary.lookIn(0)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'backup')
    await diary.lookIn(0)
    expect((await diary.told(planned)).map(([what]) => what)).not.toContain('start')
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    expect((await diary.told(planned)).at(-1)).toEqual(['start', '#ops', 'U0KIM'])
    await diary.step(driven, 'migrate')
    await diary.step(driven, 'admit')
    await diary.lookIn(0)
    await diary.lookIn(1000)
    const told = (await diary.told(planned)).slice(-2)
    expect(told).toContainEqual(['end', '#hrms', 'all@morishr.com'])
    // Who was told ahead and is in no audience of the end.
    expect(told).toContainEqual(['end', '#ops', 'U0KIM', 'U0LEE'])
    expect((await diary.now(planned)).over).toMatchObject({ as: 'done' })
  })

  test('who waited is told that the change was not made, when users are in without it', async () => {
    const planned = await diary.plan(5 * min)
    await diary.lookIn(0)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    await diary.step(driven, 'admit')
    await diary.lookIn(0)
    expect((await diary.told(planned)).at(-1)?.[0]).toBe('unchanged')
    expect((await diary.now(planned)).over).toMatchObject({ as: 'unchanged' })
  })

  test('news is promised while it overruns, and whoever has it is reminded before each', async () => {
    const planned = await diary.plan(5 * min)
    await diary.lookIn(0)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    // Its window ends after 30 minutes, news is due every 20.
    for (const after of [20, 26, 27, 30, 31, 44, 46, 47, 50.1, 51]) await diary.look(planned, -after * min)
    const told = (await diary.told(planned)).map(([what]) => what)
    expect(told.filter((what) => what === 'overrun')).toHaveLength(2)
    expect(await diary.happened(planned, 'news.owed')).toMatchObject([
      { person: asha.person, at: planned.window.end },
      { person: asha.person },
    ])
  })

  test('a run that goes back before users are out leaves its schedule as it was', async () => {
    const planned = await diary.plan(5 * min)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'backup')
    await end(driven, 'backed-out')
    await diary.lookIn(0)
    expect(await diary.now(planned)).toMatchObject({ run: null, over: null })
  })

  test('a run that nobody had scheduled tells of its start and its end', async () => {
    const name = newName()
    const { runbook } = { runbook: { ...(await diary.plan(9 * day)).runbook, name } }
    const driven = await diary.run(runbook)
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    const own = await diary.scheduleOfRun(name)
    expect(own).toMatchObject({ ahead: false, run: driven.run.id })
    await diary.step(driven, 'migrate')
    await diary.step(driven, 'admit')
    await diary.lookIn(0)
    expect((await diary.told(own)).map(([what]) => what)).toEqual(['start', 'end', 'end'])
  })

  test('a run is refused long before the time that people were told', async () => {
    const planned = await diary.plan(3 * hour)
    await diary.lookIn(0)
    await expect(diary.run(planned.runbook)).rejects.toMatchObject({
      problem: { code: 'schedule-later', told: 4 },
    })
    expect((await diary.now(planned)).run).toBeNull()
  })

  test('a rollback tells who is told of starts, and then that the change was taken back', async () => {
    const name = newName()
    const { runbook } = { runbook: { ...(await diary.plan(9 * day)).runbook, name } }
    const driven = await diary.run(runbook, 'rollback')
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    await diary.step(driven, 'migrate')
    await diary.step(driven, 'admit')
    await diary.lookIn(0)
    const own = await diary.scheduleOfRun(name)
    expect(await diary.told(own)).toEqual([
      ['start', '#ops', 'U0KIM'],
      ['unchanged', '#ops', 'U0KIM'],
    ])
  })
})
