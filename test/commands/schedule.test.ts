import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { insertPlan } from '../../src/store/plans.ts'
import { endRun, insertRun } from '../../src/store/runs.ts'
import { bindSchedule } from '../../src/store/schedules.ts'
import { samplePlan } from '../plans.ts'
import { scheduleView } from '../../src/views/schedule/schedule.ts'
import { lineOf } from '../../src/views/words/typed.ts'
import { asha, fill, formOf, mei, saidBy, type Office } from './office.ts'
import { inHours, name, openScheduling, type Scheduling } from './scheduling.ts'

let scheduling: Scheduling
let office: Office
beforeAll(async () => {
  scheduling = await openScheduling()
  office = scheduling.office
})
afterAll(() => office.close())
afterEach(() => scheduling.clear())

const type: Scheduling['type'] = (...words) => scheduling.type(...words)
const says: Scheduling['says'] = (...words) => scheduling.says(...words)
const confirmed: Scheduling['confirmed'] = (...words) => scheduling.confirmed(...words)
const open = () => scheduling.open()

describe('it is scheduled, moved and called off', () => {
  test('new: where it is, and what can be done with it', async () => {
    const said = await confirmed('2036-11-27 04:00')
    expect(said).toMatch(
      /^Scheduled: AddSecurityEnhancements on test_\w+, Thursday 27 November 2036, 04:00–04:30 MUT \(00:00–00:30 UTC\)\nThat is in /,
    )
    expect(said).toContain('It is in #migrations')
    expect(said).toContain(`Not at all: /migrate schedule ${name} off`)
    expect(await open()).toMatchObject({
      window: { start: '2036-11-27T00:00:00.000Z', end: '2036-11-27T00:30:00.000Z' },
      by: asha.person,
      moves: 0,
    })
  })

  test('moved: from when, and how many were told that', async () => {
    await confirmed('2036-11-27 04:00')
    expect(await says(name, '2036-11-28 04:00')).toContain(
      'Moves it from Thursday 27 November 2036, 04:00–04:30 MUT (00:00–00:30 UTC). Nobody was told that time yet.',
    )
    await scheduling.tell()
    const asked = formOf(await type(name, '2036-11-28 04:00'))
    expect(saidBy(asked)).toContain('2 addresses were told that time, and are told the new one at once.')
    expect(asked.form.submit).toBe('Move it')
    expect(saidBy(await fill(office, asha, asked))).toMatch(/^Moved: .* Friday 28 November 2036, 04:00/)
    expect(await open()).toMatchObject({ moves: 1, window: { start: '2036-11-28T00:00:00.000Z' } })
    expect(await says(name, inHours(30))).toContain(
      '- Not sent again, for users, operations: the notice of 72 h before. They had it, and are told that it moved',
    )
    expect(await says(name, '2036-11-28 04:00')).toContain(
      'It is scheduled for this time already, by @U_ASHA.',
    )
  })

  test('of two who schedule at once, one is asked again (schedule-changed)', async () => {
    const [mine, theirs] = [
      formOf(await type(name, '2036-11-27 04:00')),
      formOf(await type(name, '2036-11-28 04:00')),
    ]
    await fill(office, mei, theirs)
    const said = saidBy(await fill(office, asha, mine))
    expect(said).toContain(`@U_MEI has changed the schedule of ${name} meanwhile`)
    expect(await open()).toMatchObject({ window: { start: '2036-11-28T00:00:00.000Z' } })
  })

  test('a time that passes before it is confirmed does not count (time-past)', async () => {
    const { command, input } = formOf(await type(name, '2036-11-27 04:00'))
    const late = { ...(input as object), start: '2026-01-01T00:00:00.000Z' }
    const said = saidBy(await office.desk.submitted(asha, command, late, {}))
    expect(said).toContain('Thu 1 Jan 2026, 00:00:00 UTC is over.\nNothing was scheduled.')
    expect(await open()).toBeNull()
  })

  test('called off where nobody was told: nobody is told', async () => {
    await confirmed('2036-11-27 04:00')
    const asked = formOf(await type(name, 'off'))
    expect(saidBy(asked)).toContain('Nobody was told yet.\nSo nobody but the channel is told')
    const said = saidBy(await fill(office, asha, asked))
    expect(said).toMatch(/^Called off: AddSecurityEnhancements on test_\w+, Thursday 27 November 2036/)
    expect(said).toContain('Nobody had been told of it')
    expect(await open()).toBeNull()
  })

  test('called off where somebody was, with a reason that they read', async () => {
    await confirmed('2036-11-27 04:00')
    await scheduling.tell()
    const asked = formOf(await type(name, 'OFF'))
    expect(saidBy(asked)).toContain('2 addresses were told so.')
    expect(saidBy(asked)).toContain(
      'They are told at once that it is cancelled, and that HRMS stays available.',
    )
    expect(await open()).not.toBeNull()
    const said = saidBy(await fill(office, asha, asked, { reason: 'the vendor is late' }))
    expect(said).toContain('2 addresses that were told of it are told now that HRMS stays available')
    const { rows } = await office.pool.query(
      'select over_as, over_reason from lockkeeper.schedule order by over_at desc limit 1',
    )
    expect(rows).toEqual([{ over_as: 'called-off', over_reason: 'the vendor is late' }])
  })

  test('the buttons of its message do the same', async () => {
    await confirmed('2036-11-27 04:00')
    const { actions } = scheduleView((await open())!, [])
    const inputs = actions.filter(({ command }) => command === 'schedule').map(({ input }) => input)
    const asked = await Promise.all(
      inputs.map(async (input) => formOf(await office.desk.pressed(asha, 'schedule', input)).form.title),
    )
    expect(asked).toEqual(['Move the schedule', 'Call off the schedule'])
    expect(actions.map((action) => lineOf(action))).toContain(`lockkeeper schedule ${name} off`)
  })

  test('a reason that was typed is shown, without the secrets in it', async () => {
    await confirmed('2036-11-27 04:00')
    await scheduling.tell()
    office.house.secrets.know(await scheduling.runbook())
    const asked = formOf(await type(name, 'off', 'password', 'Test123!', 'leaked'))
    expect(saidBy(asked)).toContain('with your reason: “password [secret] leaked”')
    expect(asked.form.fields).toEqual([])
    expect(JSON.stringify(asked.input)).not.toContain('Test123!')
    await fill(office, asha, asked)
    expect(await open()).toBeNull()
  })

  test('nothing to call off (schedule-none)', async () => {
    const said = await says(name, 'off')
    expect(said).toContain(`${name} is not scheduled.`)
    expect(said).toContain('/migrate calendar')
  })

  test('once it runs neither (schedule-runs)', async () => {
    await confirmed('2036-11-27 04:00')
    const plan = samplePlan({ runbook: await scheduling.runbook() })
    await insertPlan(office.pool, plan, 'runs')
    const run = await insertRun(office.pool, plan, 'runs', mei.person)
    await bindSchedule(office.pool, (await open())!.id, run)
    for (const words of [['off'], ['2036-11-28 04:00'], []]) {
      const said = await says(name, ...words)
      expect(said).toContain(`${name} runs already, as ${run}.`)
      expect(said).toContain('Its schedule cannot be changed any more')
    }
    await endRun(office.pool, run, 'done')
  })
})

describe('what was not said is asked', () => {
  test('the time, in words that say nothing is done by it', async () => {
    const asked = formOf(await type(name))
    expect(asked.form).toMatchObject({
      submit: 'Go on',
      more: true,
      fields: [{ name: 'when', kind: 'text' }],
    })
    const back = formOf(await fill(office, asha, asked, { when: '2036-11-27 04:00' }))
    expect(saidBy(back)).toContain('HRMS is out: Thursday 27 November 2036, 04:00–04:30 MUT')
    await fill(office, asha, back)
    expect(saidBy(await type(name))).toContain(
      'It is scheduled for Thursday 27 November 2036, 04:00–04:30 MUT (00:00–00:30 UTC), by @U_ASHA. Nobody was told yet.',
    )
  })

  test('the zone too, where the person is in another one', async () => {
    office.zones[asha.person] = 'Europe/Zurich'
    const asked = formOf(await type(name))
    expect(saidBy(asked)).toContain('[Zone, if you name none | MUT (Indian/Mauritius) | Europe/Zurich]')
    const back = async (when: string, zone: string) => saidBy(await fill(office, asha, asked, { when, zone }))
    expect(await back('2036-11-27 01:00', 'Europe/Zurich')).toContain('04:00–04:30 MUT (00:00–00:30 UTC)')
    expect(await back('2036-11-27 04:00', 'Indian/Mauritius')).toContain('04:00–04:30 MUT (00:00–00:30 UTC)')
    expect(await back('2036-11-27 00:00 UTC', 'Europe/Zurich')).toContain('04:00–04:30 MUT (00:00–00:30 UTC)')
    expect(await back('2036-11-27 01:00', 'Europe/Zurich')).not.toContain('You named no zone')
  })

  test.each([
    ['time-unread', 'soon', 'when: soon is no time that I can read. Write e.g. thursday 04:00'],
    ['time-past', '2020-02-29 04:00', 'when: Sat 29 Feb 2020, 00:00:00 UTC is over. Name a time to come.'],
    [
      'time-skipped',
      '2036-03-30 02:30 Europe/Zurich',
      'when: 2036-03-30 02:30 Europe/Zurich does not exist in Europe/Zurich: clocks go forward over it. Write which is meant: 2036-03-30 01:30 +01:00 (before the change) or 2036-03-30 03:30 +02:00 (after it).',
    ],
    [
      'time-twice',
      '2036-10-26 02:30 Europe/Zurich',
      'when: 2036-10-26 02:30 Europe/Zurich comes twice in Europe/Zurich: clocks go back over it. Write which is meant: 2036-10-26 02:30 +02:00 (the first one) or 2036-10-26 02:30 +01:00 (the second one).',
    ],
  ])(
    'what is wrong with it is said at its field, and as an answer to what was typed (%s)',
    async (_, when, words) => {
      const asked = formOf(await type(name))
      expect(saidBy(await fill(office, asha, asked, { when }))).toContain(words)
      expect(await says(name, when)).toContain(words.slice('when: '.length).split('. ')[0])
      expect(await open()).toBeNull()
    },
  )

  test('the runbook, where there are several', async () => {
    const all = await office.house.runbooks.all()
    const find = office.house.runbooks
    const two = [...all.runbooks, { ...all.runbooks[0]!, name: 'another' }]
    office.house.runbooks = { ...find, all: async () => ({ ...all, runbooks: two }) }
    const asked = formOf(await type())
    office.house.runbooks = find
    expect(saidBy(asked)).toContain(`[Runbook | ${name} | another]`)
    expect(asked.form.more).toBe(true)
    expect(saidBy(await fill(office, asha, asked, { runbook: name }))).toContain('[When users are out, from]')
  })
})
