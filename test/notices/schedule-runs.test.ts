import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { end, endAsIs } from '../../src/runs/record.ts'
import { answer } from '../../src/runs/requests.ts'
import { noticesOf } from '../../src/store/notices.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { noticeView } from '../../src/views/notice/notice.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { samplePlan, smallRoutes } from '../plans.ts'
import { asha, day, hour, min, newName, openDiary, telling, type Diary } from './diary.ts'

let diary: Diary
beforeAll(async () => {
  diary = await openDiary()
})
afterAll(() => diary.close())

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

  test('nobody is told that it was not made where people went on over a look that found the database changed', async () => {
    const words = { at: 'unchanged', to: [], subject: 'Back', text: 'The change was not made.' }
    const planned = await diary.plan(5 * min, newName(), { notices: [...telling.notices, words] })
    await diary.lookIn(0)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'stop')
    await diary.fail(driven, 'migrate', {
      code: 'session-lost',
      host: 'db',
      during: 'commit',
      errno: 'EPIPE',
    })
    await answer(diary.pool, { gate: { run: driven.run.id }, choice: 'back-out', caller: asha })
    await diary.fail(driven, 'back-out.verify', {
      code: 'verification-failed',
      failed: [{ check: 'History', expected: '1', found: '2' }],
    })
    await answer(diary.pool, { gate: { run: driven.run.id }, choice: 'go-on', caller: asha })
    await diary.step(driven, 'back-out.start')
    await end(driven, 'backed-out')
    await diary.lookIn(0)
    const notices = await noticesOf(diary.pool, planned.id)
    expect(plainText(noticeView(notices.at(-1)!, planned, notices))).toBe(
      'HRMS is available; whether the change was made is still looked at.\nYou can go on working.',
    )
    expect((await diary.now(planned)).over).toMatchObject({ as: 'unsure' })
    expect(await answer(diary.pool, { gate: { run: driven.run.id }, choice: 'retry', caller: asha })).toEqual(
      {
        ok: false,
        problem: expect.objectContaining({ code: 'run-ended', ending: 'backed-out', unlike: true }),
      },
    )
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

  test('a run that somebody ended as it is promises no more news, and tells nobody that users are in', async () => {
    const planned = await diary.plan(5 * min)
    await diary.lookIn(0)
    const driven = await diary.run(planned.runbook)
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    const open = [
      { about: 'service' as const, what: 'service hrms-api', expected: '1 instance', found: 'stopped' },
    ]
    await endAsIs(driven, { by: asha.person, reason: 'the host is gone', available: false, open })
    await diary.lookIn(0)
    await diary.look(planned, -60 * min)
    expect((await diary.told(planned)).map(([what]) => what)).not.toContain('overrun')
    expect((await diary.told(planned)).map(([what]) => what)).not.toContain('unchanged')
    expect((await diary.now(planned)).over).toMatchObject({ as: 'unsure' })
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

  test('a rollback tells who was told of the migration, and then that the change was taken back', async () => {
    const name = newName()
    const migrated = await diary.plan(5 * min, name)
    await diary.lookIn(0)
    const forth = await diary.run(migrated.runbook)
    for (const step of ['stop', 'migrate', 'admit']) await diary.step(forth, step)
    await diary.lookIn(0)
    expect((await diary.now(migrated)).over).toMatchObject({ as: 'done' })
    const driven = await diary.run(migrated.runbook, 'rollback')
    await diary.step(driven, 'stop')
    await diary.lookIn(0)
    const begun = await noticesOf(diary.pool, (await diary.scheduleOfRun(name)).id)
    expect(begun.map(({ about }) => about)).toEqual([
      { is: 'start', takenBack: true },
      { is: 'start', takenBack: true },
    ])
    for (const step of ['migrate', 'admit']) await diary.step(driven, step)
    await diary.lookIn(0)
    const everybody = ['#hrms', '#ops', 'U0KIM', 'U0LEE', 'all@morishr.com']
    expect(await diary.told(await diary.scheduleOfRun(name))).toEqual([
      ['start', '#ops', 'U0KIM'],
      ['start', '#hrms', 'U0LEE', 'all@morishr.com'],
      ['unchanged', ...everybody],
    ])
  })
})
