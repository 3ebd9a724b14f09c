import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlace, type Place } from './place.ts'

// Real processes, in the zone that their surroundings say.

let place: Place
beforeAll(async () => {
  place = await makePlace((written) => {
    written.timeZone = 'Indian/Mauritius'
    written.timeZoneName = 'MUT'
    delete written.notices
    delete written.audiences
  })
})
afterAll(() => place.leave())

const typedIn = (zone: string, words: string[], input = '') => {
  place.environment['TZ'] = zone
  return place.type('asha', words, input)
}

test('a time that is not understood is asked for again, and only the one that was read back counts', async () => {
  const refused = await typedIn('Indian/Mauritius', ['schedule'], 'thursday\n27 nov 2036 04:00\nno\n')
  expect(refused.err).toContain('when: thursday names no exact hour.')
  // One question where nothing is done by the answer, and one more where something is.
  expect(refused.err.match(/Type yes/g)).toHaveLength(1)
  expect(refused.out).toContain('HRMS is out: Thursday 27 November 2036, 04:00–04:30 MUT\n')
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was done.') })
  expect((await typedIn('UTC', ['calendar', '366'])).out).toContain(
    'Nothing is scheduled in the next 366 days',
  )

  const done = await typedIn('Indian/Mauritius', ['schedule'], '27 nov 2036 04:00\nyes\n')
  expect(done.code).toBe(0)
  expect(done.out).toMatch(
    /\nScheduled: AddSecurityEnhancements on test_\w+, Thursday 27 November 2036, 04:00/,
  )
})

test('who sits in another zone is asked which one is meant, and reads both', async () => {
  const moved = await typedIn('America/New_York', ['schedule'], '27 nov 2036 22:00\n2\nyes\n')
  expect(moved.out).toContain('It is scheduled for Thursday 27 November 2036, 04:00–04:30 MUT (Wednesday')
  expect(moved.err).toContain('1  MUT (Indian/Mauritius) (the runbook’s)\n  2  America/New_York (your own)')
  expect(moved.out.replace(/\s+/g, ' ')).toContain(
    'HRMS is out: Friday 28 November 2036, 07:00–07:30 MUT (Thursday 27 November, 22:00–22:30 GMT-5) In UTC: Friday 28 November 2036, 03:00–03:30 UTC',
  )
  expect(moved).toMatchObject({ code: 0, out: expect.stringContaining('\nMoved: ') })
})

test('it is called off in the words that Slack takes', async () => {
  const off = await typedIn(
    'UTC',
    ['schedule', 'add-security-enhancements', 'off', 'the vendor is late'],
    'yes\n',
  )
  expect(off).toMatchObject({ code: 0, err: 'Call it off? Type yes: ' })
  expect(off.out.replace(/\s+/g, ' ')).toContain('with your reason: “the vendor is late”.')
  expect(off.out).toMatch(/\nCalled off: /)
  const again = await typedIn('UTC', ['schedule', 'add-security-enhancements', 'off'])
  expect(again).toMatchObject({ code: 1, out: expect.stringContaining('is not scheduled.') })
  expect(again.out).toContain('lockkeeper calendar')
})
