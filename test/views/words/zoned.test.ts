import { describe, expect, test } from 'vitest'
import type { View, Zone, Zoned } from '../../../src/domain/view.ts'
import { say } from '../../../src/domain/view.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { terminalText } from '../../../src/views/terminal.ts'
import { zonedInWords, zonedText } from '../../../src/views/words/zoned.ts'

const mut: Zone = { id: 'Indian/Mauritius', name: 'MUT' }
const paris: Zone = { id: 'Europe/Paris' }
const window = (start: string, end: string, zone: Zone = mut): Zoned => ({ window: { start, end }, zone })
const night = window('2026-11-13T00:00:00.000Z', '2026-11-13T00:30:00.000Z')

describe('a window is told in its own zone and in UTC', () => {
  test.each([
    ['on one day', night, 'Friday 13 November 2026, 04:00–04:30 MUT (00:00–00:30 UTC)'],
    [
      'whose day is another one in UTC',
      window('2026-11-12T20:00:00Z', '2026-11-12T20:30:00Z'),
      'Friday 13 November 2026, 00:00–00:30 MUT (Thursday 12 November, 20:00–20:30 UTC)',
    ],
    [
      'over midnight: both days',
      window('2026-11-12T19:45:00Z', '2026-11-12T20:15:00Z'),
      'Thursday 12 November 2026, 23:45 – Friday 13 November 2026, 00:15 MUT (Thursday 12 November, 19:45–20:15 UTC)',
    ],
    [
      'over midnight of UTC alone',
      window('2026-11-12T23:45:00Z', '2026-11-13T00:15:00Z'),
      'Friday 13 November 2026, 03:45–04:15 MUT (Thursday 12 November, 23:45 – Friday 13 November, 00:15 UTC)',
    ],
    [
      'over the end of a year',
      window('2026-12-31T19:45:00Z', '2026-12-31T20:15:00Z'),
      'Thursday 31 December 2026, 23:45 – Friday 1 January 2027, 00:15 MUT (Thursday 31 December, 19:45–20:15 UTC)',
    ],
    [
      'on a leap day',
      window('2028-02-29T00:00:00Z', '2028-02-29T00:30:00Z'),
      'Tuesday 29 February 2028, 04:00–04:30 MUT (00:00–00:30 UTC)',
    ],
    [
      'in a zone that has no name of its own',
      window('2026-11-13T00:00:00Z', '2026-11-13T00:30:00Z', { id: 'Indian/Mauritius' }),
      'Friday 13 November 2026, 04:00–04:30 GMT+4 (00:00–00:30 UTC)',
    ],
    [
      'in summer',
      window('2026-07-01T02:00:00Z', '2026-07-01T02:30:00Z', paris),
      'Wednesday 1 July 2026, 04:00–04:30 CEST (02:00–02:30 UTC)',
    ],
    [
      'while the clock goes back',
      window('2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', paris),
      'Sunday 25 October 2026, 02:30 CEST–02:30 CET (00:30–01:30 UTC)',
    ],
    [
      'while the clock goes forward',
      window('2026-03-29T00:45:00Z', '2026-03-29T01:15:00Z', paris),
      'Sunday 29 March 2026, 01:45 CET–03:15 CEST (00:45–01:15 UTC)',
    ],
    [
      'in UTC itself',
      window('2026-11-13T00:00:00Z', '2026-11-13T00:30:00Z', { id: 'UTC' }),
      'Friday 13 November 2026, 00:00–00:30 UTC',
    ],
  ])('%s', (_, told, words) => {
    expect(zonedText(told)).toBe(words)
  })
})

test('a moment carries its day, and a day stands alone', () => {
  const moment = '2026-11-12T20:50:00Z'
  expect(zonedText({ moment, zone: mut })).toBe(
    'Friday 13 November 2026, 00:50 MUT (Thursday 12 November, 20:50 UTC)',
  )
  expect(zonedText({ day: moment, zone: mut })).toBe('Friday 13 November 2026 (Thursday 12 November UTC)')
  expect(zonedText({ day: '2026-11-13T00:00:00Z', zone: mut })).toBe('Friday 13 November 2026')
})

test('where each reader’s own time stands beside it, the year is left out', () => {
  expect(zonedInWords(night, { year: false })).toBe('Friday 13 November, 04:00–04:30 MUT')
})

test('what is no time is shown as it is', () => {
  expect(zonedText({ moment: 'soon', zone: mut })).toBe('soon')
  expect(zonedText(window('soon', 'later'))).toBe('soon–later')
})

test('plain words and a terminal write it; a terminal for the zone that it is in', () => {
  const view: View = { state: say`HRMS is unavailable on ${night}`, parts: [], actions: [] }
  expect(plainText(view)).toBe(
    'HRMS is unavailable on Friday 13 November 2026, 04:00–04:30 MUT (00:00–00:30 UTC)',
  )
  const terminal = { colour: false, width: 200 }
  expect(terminalText(view, terminal)).toBe(plainText(view))
  expect(terminalText(view, { ...terminal, timeZone: 'America/Los_Angeles' })).toBe(
    'HRMS is unavailable on Friday 13 November 2026, 04:00–04:30 MUT (Thursday 12 November, 16:00–16:30 GMT-8)',
  )
  expect(terminalText(view, { ...terminal, timeZone: 'Indian/Mauritius' })).toBe(
    'HRMS is unavailable on Friday 13 November 2026, 04:00–04:30 MUT',
  )
})

test('it can be written otherwise', () => {
  expect(lineText([night], { zoned: (told) => zonedInWords(told, { year: false }) })).toBe(
    'Friday 13 November, 04:00–04:30 MUT',
  )
})
