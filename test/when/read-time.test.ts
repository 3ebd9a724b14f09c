import { describe, expect, test } from 'vitest'
import { readTime } from '../../src/when/read-time.ts'
import { typeableIn } from '../../src/when/readings.ts'

/** A Monday, 07:03 in Mauritius. */
const now = '2026-11-23T03:03:21.500Z'
const mauritius = { zone: 'Indian/Mauritius', zoneNames: { MUT: 'Indian/Mauritius' }, now }

const at = (typed: string, here = mauritius) => {
  const read = readTime(typed, here)
  return read.ok ? read.value.at : read.problem
}
const inZone = (zone: string, then = now) => ({ zone, zoneNames: {}, now: then }) as typeof mauritius

/** 04:00 in Mauritius on the last day of November. */
const start = '2026-11-30T00:00:00.000Z'

describe('a time is read where it is meant', () => {
  test.each([
    ['2026-11-30 04:00', start],
    ['2026-11-30T04:00', start],
    ['2026-11-30T04:00:00.000', start],
    ['2026-11-30 4:00', start],
    ['30 Nov 04:00', start],
    ['30 nov 2026 04:00', start],
    ['Nov 30, 2026 at 4am', start],
    ['mon 30 nov 04:00', start],
    ['Monday 30 November 2026, 04:00 MUT', start],
    ['30th of November, 4:00 a.m.', start],
    ['04:00 on 30 November', start],
    ['at 4 am, 30 nov', start],
    ['in a week at 04:00', start],
    ['in 7 days 04:00', start],
    ['  thursday   04:00  ', '2026-11-26T00:00:00.000Z'],
    ['Thu 4pm', '2026-11-26T12:00:00.000Z'],
    ['thursday 12:00', '2026-11-26T08:00:00.000Z'],
    ['thursday 12am', '2026-11-25T20:00:00.000Z'],
    ['thursday 12:30 pm', '2026-11-26T08:30:00.000Z'],
    ['thursday 0:00', '2026-11-25T20:00:00.000Z'],
    ['tomorrow at 4am', '2026-11-24T00:00:00.000Z'],
    ['today 23:59', '2026-11-23T19:59:00.000Z'],
    ['in 2 weeks 04:00', '2026-12-07T00:00:00.000Z'],
    ['5 jan 04:00', '2027-01-05T00:00:00.000Z'],
  ])('%s', (typed, moment) => {
    expect(readTime(typed, mauritius)).toEqual({
      ok: true,
      value: { at: moment, assumed: !typed.includes('MUT') },
    })
  })
})

describe('a zone in the words is the one that counts', () => {
  test.each([
    ['2026-11-30T00:00Z', start],
    ['2026-11-30 00:00 UTC', start],
    ['2026-11-30 00:00 GMT', start],
    ['2026-11-30T04:00+04:00', start],
    ['2026-11-30T04:00:00.000+0400', start],
    ['2026-11-30 04:00 +4', start],
    ['2026-11-29T19:00-05:00', start],
    ['2026-11-29 19:00 -05:00', start],
    ['2026-11-30 04:00 UTC+4', start],
    ['30 nov 04:00 GMT+4', start],
    ['29 nov 19:00 UTC-5', start],
    ['30 nov 05:30 +05:30', start],
    ['2026-11-30T04:00[Indian/Mauritius]', start],
    ['2026-11-30T04:00+04:00[Indian/Mauritius]', start],
    ['30 nov 01:00 Europe/Zurich', start],
    ['30 nov 01:00 europe/zurich', start],
    ['30 nov 1am Europe/Zurich', start],
    ['01:00 Europe/Zurich on 30 nov', start],
  ])('%s', (typed, moment) => {
    expect(readTime(typed, inZone('America/New_York'))).toEqual({
      ok: true,
      value: { at: moment, assumed: false },
    })
  })

  test('the runbook’s own name of its zone is known to whoever types it', () => {
    const zurich = { ...mauritius, zone: 'Europe/Zurich' }
    expect(at('30 nov 04:00 mut', zurich)).toBe(start)
    expect(at('30 nov 04:00', zurich)).toBe('2026-11-30T03:00:00.000Z')
    expect(at('30 nov 04:00 MUT', inZone('Europe/Zurich'))).toMatchObject({ why: 'rest', part: 'MUT' })
  })

  test('a day is the one that it is there', () => {
    // Still Sunday in New York, Monday evening on Kiritimati.
    const then = '2026-11-23T04:30:00.000Z'
    expect(at('today 23:45', inZone('America/New_York', then))).toBe('2026-11-23T04:45:00.000Z')
    expect(at('tomorrow 04:00', inZone('America/New_York', then))).toBe('2026-11-23T09:00:00.000Z')
    expect(at('tomorrow 04:00', inZone('Pacific/Kiritimati', then))).toBe('2026-11-23T14:00:00.000Z')
    expect(at('tomorrow 04:00 Pacific/Kiritimati', inZone('America/New_York', then))).toBe(
      '2026-11-23T14:00:00.000Z',
    )
    expect(at('monday 23:00', inZone('Pacific/Kiritimati', then))).toBe('2026-11-23T09:00:00.000Z')
    expect(at('tuesday 00:15', inZone('Pacific/Pago_Pago', then))).toBe('2026-11-24T11:15:00.000Z')
  })

  test('what clocks there show beside the hour is known, where it fits that day', () => {
    const zurich = inZone('Europe/Zurich')
    expect(at('30 nov 01:00 CET', zurich)).toBe(start)
    expect(at('1 july 2027 04:00 CEST', zurich)).toBe('2027-07-01T02:00:00.000Z')
    expect(at('1 july 2027 04:00 CET', zurich)).toMatchObject({ why: 'zone', part: 'CET' })
    expect(at('2027-07-01T04:00+01:00[Europe/Zurich]')).toMatchObject({ why: 'zone', part: '+01:00' })
  })
})

describe('what passes until then is time, not clocks', () => {
  test.each([
    ['in 2 hours', '2026-11-23T05:04:00.000Z'],
    ['in an hour', '2026-11-23T04:04:00.000Z'],
    ['in half an hour', '2026-11-23T03:34:00.000Z'],
    ['in 1.5 hours', '2026-11-23T04:34:00.000Z'],
    ['in 5 minutes', '2026-11-23T03:09:00.000Z'],
    ['in 90 min', '2026-11-23T04:34:00.000Z'],
    ['in 1h 30min', '2026-11-23T04:34:00.000Z'],
    ['in 1 hour and 30 minutes', '2026-11-23T04:34:00.000Z'],
    ['In 3 days, 2 hours', '2026-11-26T05:04:00.000Z'],
  ])('%s', (typed, moment) => {
    expect(readTime(typed, mauritius)).toEqual({ ok: true, value: { at: moment, assumed: false } })
  })

  test('now is the minute that has begun', () => {
    expect(at('Now')).toBe('2026-11-23T03:03:00.000Z')
  })

  test('also while a clock is changed', () => {
    const zurich = inZone('Europe/Zurich', '2026-03-29T00:30:00.000Z')
    expect(at('in 1 hour', zurich)).toBe('2026-03-29T01:30:00.000Z')
    expect(at('in 1 day 1 hour', zurich)).toBe('2026-03-30T01:30:00.000Z')
    expect(at('tomorrow 03:30', zurich)).toBe('2026-03-30T01:30:00.000Z')
  })
})

describe('a day that is not named is the next one', () => {
  test.each([
    ['an hour that is to come', '07:10', '2026-11-23T03:10:00.000Z'],
    ['an hour that is over', '07:03', '2026-11-24T03:03:00.000Z'],
    ['today’s name, and the hour is to come', 'monday 07:10', '2026-11-23T03:10:00.000Z'],
    ['today’s name, and the hour is over', 'monday 07:00', '2026-11-30T03:00:00.000Z'],
    ['an hour of the new year', '5 jan 04:00', '2027-01-05T00:00:00.000Z'],
  ])('%s', (_, typed, moment) => {
    expect(at(typed)).toBe(moment)
  })

  test('over the end of a year', () => {
    const lastDay = { ...mauritius, now: '2026-12-31T18:00:00.000Z' }
    expect(at('tomorrow 04:00', lastDay)).toBe('2027-01-01T00:00:00.000Z')
    expect(at('friday 00:30', lastDay)).toBe('2026-12-31T20:30:00.000Z')
    expect(at('1 jan 00:00', lastDay)).toBe('2026-12-31T20:00:00.000Z')
    expect(at('31 dec 22:00', lastDay)).toEqual({ code: 'time-past', at: '2026-12-31T18:00:00.000Z' })
  })

  test('on a leap day, where the year has one', () => {
    const before = { ...mauritius, now: '2027-12-01T00:00:00.000Z' }
    expect(at('29 feb 04:00', before)).toBe('2028-02-29T00:00:00.000Z')
    expect(at('tue 29 feb 04:00', before)).toBe('2028-02-29T00:00:00.000Z')
    expect(at('tomorrow 04:00', { ...mauritius, now: '2028-02-28T05:00:00.000Z' })).toBe(
      '2028-02-29T00:00:00.000Z',
    )
    expect(at('2028-02-29 04:00')).toBe('2028-02-29T00:00:00.000Z')
    expect(at('2027-02-29 04:00')).toMatchObject({ why: 'no-day', part: '2027-02-29' })
    expect(at('29 feb 04:00')).toMatchObject({ why: 'no-day', part: '29 feb' })
  })
})

describe('what is over is refused (time-past)', () => {
  test.each([
    ['2026-11-23 07:03', '2026-11-23T03:03:00.000Z'],
    ['today 07:00', '2026-11-23T03:00:00.000Z'],
    // Not the next year’s: who means that writes it.
    ['20 nov 04:00', '2026-11-20T00:00:00.000Z'],
    ['1 june 04:00', '2026-06-01T00:00:00.000Z'],
    ['2020-02-29 04:00', '2020-02-29T00:00:00.000Z'],
  ])('%s', (typed, moment) => {
    expect(at(typed)).toEqual({ code: 'time-past', at: moment })
  })
})

describe('what could be meant in two ways, or in none, is refused (time-unread)', () => {
  test.each([
    ['', 'nothing', undefined],
    ['soon', 'nothing', undefined],
    ['midnight', 'nothing', undefined],
    ['next week', 'nothing', undefined],
    ['thursday', 'no-hour', undefined],
    ['2026-11-30', 'no-hour', undefined],
    ['in 3 days', 'no-hour', undefined],
    ['in a week', 'no-hour', undefined],
    ['tomorrow morning', 'no-hour', undefined],
    ['thursday 4', 'no-hour', undefined],
    ['thursday at 4', 'no-hour', undefined],
    ['4', 'no-hour', undefined],
    ['0400', 'no-hour', undefined],
    ['2 hours', 'no-hour', undefined],
    ['2 hours ago', 'no-hour', undefined],
    ['within 2 hours', 'no-hour', undefined],
    ['in a few hours', 'nothing', undefined],
    ['next thursday 04:00', 'rest', 'next'],
    ['this thursday 04:00', 'rest', 'this'],
    ['last thursday 04:00', 'rest', 'last'],
    ['yesterday 04:00', 'rest', 'yesterday'],
    ['thursday morning 04:00', 'rest', 'morning'],
    ['about 04:00', 'rest', 'about'],
    ['thursday 04:00 or so', 'rest', 'or'],
    ['11/12 04:00', 'rest', '11/12'],
    ['30.11.2026 04:00', 'rest', '30.11.2026'],
    ['thursday 25:00', 'rest', '25:00'],
    ['thursday 24:00', 'rest', '24:00'],
    ['thursday 04:60', 'rest', '04:60'],
    ['thursday 13:00 pm', 'rest', '13:00 pm'],
    ['thursday 0am', 'rest', '0am'],
    ['thursday 04:00:30', 'rest', '04:00:30'],
    ['thursday 04:00 05:00', 'rest', '05:00'],
    ['thursday 04:00 PST', 'rest', 'PST'],
    ['thursday 04:00 Indian/Mauritus', 'rest', 'Indian/Mauritus'],
    ['2026-11-30 04:00 Indian/Mauritus', 'rest', 'Indian/Mauritus'],
    ['monday 2026-11-30 04:00', 'rest', '2026-11-30'],
    ['thursday 04:00 UTC MUT', 'rest', 'MUT'],
    ['thursday 04:00 +19:00', 'rest', '+19:00'],
    ['UTC thursday 04:00', 'rest', 'UTC'],
    ['thursday 04:00-05:00', 'end', '-05:00'],
    ['thursday 04:00 - 05:00', 'end', '-'],
    ['thursday 04:00–05:00', 'end', '–05:00'],
    ['thursday 04:00 to 05:00', 'end', 'to'],
    ['thursday 04:00 until 05:00', 'end', 'until'],
    ['31 nov 04:00', 'no-day', '31 nov'],
    ['30 feb 2028 04:00', 'no-day', '30 feb 2028'],
    ['2026-13-01 04:00', 'no-day', '2026-13-01'],
    ['november 04:00', 'no-day', 'november'],
    ['30 04:00', 'no-day', '30'],
    ['30 nov 26 04:00', 'no-day', '30 nov 26'],
    ['thursday friday 04:00', 'no-day', 'thursday friday'],
    ['tomorrow 30 nov 04:00', 'no-day', 'tomorrow 30 nov'],
    ['tue 30 nov 04:00', 'weekday', 'Monday 30 November 2026'],
    ['thursday tomorrow 04:00', 'weekday', 'Tuesday 24 November 2026'],
  ])('%s', (typed, why, part) => {
    expect(at(typed)).toEqual({ code: 'time-unread', typed, why, ...(part && { part }) })
  })
})

test('a moment is written for a zone as it can be typed', () => {
  expect(typeableIn(start, 'Europe/Zurich')).toBe('2026-11-30 01:00 Europe/Zurich')
  expect(at(typeableIn(start, 'America/New_York'))).toBe(start)
})
