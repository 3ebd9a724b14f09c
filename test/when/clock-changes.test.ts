import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readTime } from '../../src/when/read-time.ts'

const inZone = (zone: string, now: string) => ({ zone, now })
const at = (typed: string, here: ReturnType<typeof inZone>) => {
  const read = readTime(typed, here)
  return read.ok ? read.value.at : read.problem
}

describe('an hour that clocks go forward over does not exist (time-skipped)', () => {
  test.each([
    ['Europe/Zurich', '2026-03-29 02:30', ['2026-03-29 01:30 +01:00', '2026-03-29 03:30 +02:00']],
    ['America/New_York', '2026-03-08 02:30', ['2026-03-08 01:30 -05:00', '2026-03-08 03:30 -04:00']],
    ['Australia/Lord_Howe', '2026-10-04 02:15', ['2026-10-04 01:45 +10:30', '2026-10-04 02:45 +11:00']],
    ['Europe/Zurich', 'sunday 2am', ['2026-03-29 01:00 +01:00', '2026-03-29 03:00 +02:00']],
  ])('%s: %s', (zone, typed, readings) => {
    const here = inZone(
      zone,
      typed === 'sunday 2am' ? '2026-03-27T12:00:00.000Z' : '2026-03-01T00:00:00.000Z',
    )
    expect(at(typed, here)).toEqual({ code: 'time-skipped', typed, zone, readings })
    const [before, after] = readings.map((reading) => Date.parse(at(reading, here) as string))
    expect((after ?? 0) - (before ?? 0)).toBe(zone === 'Australia/Lord_Howe' ? 1_800_000 : 3_600_000)
  })

  test('right before and right after it there is one', () => {
    const zurich = inZone('Europe/Zurich', '2026-03-01T00:00:00.000Z')
    expect(at('2026-03-29 01:59', zurich)).toBe('2026-03-29T00:59:00.000Z')
    expect(at('2026-03-29 03:00', zurich)).toBe('2026-03-29T01:00:00.000Z')
    expect(at('2026-10-04 02:30', inZone('Australia/Lord_Howe', '2026-03-01T00:00:00.000Z'))).toBe(
      '2026-10-03T15:30:00.000Z',
    )
  })

  test('where clocks skip midnight', () => {
    const cairo = inZone('Africa/Cairo', '2026-04-01T00:00:00.000Z')
    expect(at('2026-04-24 00:30', cairo)).toMatchObject({
      code: 'time-skipped',
      readings: ['2026-04-23 23:30 +02:00', '2026-04-24 01:30 +03:00'],
    })
  })
})

describe('an hour that clocks go back over comes twice (time-twice)', () => {
  const spring = '2026-03-01T00:00:00.000Z'
  test.each([
    ['Europe/Zurich', '2026-10-25 02:30', ['2026-10-25 02:30 +02:00', '2026-10-25 02:30 +01:00']],
    ['America/New_York', '2026-11-01 01:30', ['2026-11-01 01:30 -04:00', '2026-11-01 01:30 -05:00']],
    ['Australia/Lord_Howe', '2026-04-05 01:45', ['2026-04-05 01:45 +11:00', '2026-04-05 01:45 +10:30']],
  ])('%s: %s', (zone, typed, readings) => {
    expect(at(typed, inZone(zone, spring))).toEqual({ code: 'time-twice', typed, zone, readings })
    const [first, second] = readings.map((reading) => Date.parse(at(reading, inZone(zone, spring)) as string))
    expect((second ?? 0) - (first ?? 0)).toBe(zone === 'Australia/Lord_Howe' ? 1_800_000 : 3_600_000)
  })

  test('what the clock shows beside the hour says which', () => {
    const zurich = inZone('Europe/Zurich', spring)
    expect(at('2026-10-25 02:30 CEST', zurich)).toBe('2026-10-25T00:30:00.000Z')
    expect(at('2026-10-25 02:30 CET', zurich)).toBe('2026-10-25T01:30:00.000Z')
    expect(at('2026-10-25T02:30+01:00[Europe/Zurich]', zurich)).toBe('2026-10-25T01:30:00.000Z')
    expect(at('2026-10-25 02:30 UTC', zurich)).toBe('2026-10-25T02:30:00.000Z')
  })
})

test('it is read the same in whatever zone the process is', async () => {
  // 02:30 on that day is skipped in Zurich, where the process is, and not where it is meant.
  const words = [
    '2027-03-28 02:30',
    '28 mar 2027 02:30',
    'sun 28 mar 02:30',
    'in 125 days 02:30',
    'thursday 04:00',
  ]
  const script = `
    const { readTime } = await import(${JSON.stringify(path.resolve(import.meta.dirname, '../../src/when/read-time.ts'))})
    const read = ${JSON.stringify(words)}.map((typed) => readTime(typed, ${JSON.stringify(inZone('Indian/Mauritius', '2026-11-23T03:03:21.500Z'))}))
    console.log(JSON.stringify(read.map((each) => (each.ok ? each.value.at : each.problem))))`
  const inProcess = async (TZ: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, TZ },
    })
    return JSON.parse(stdout) as unknown
  }
  const skipped = '2027-03-27T22:30:00.000Z'
  const expected = [skipped, skipped, skipped, skipped, '2026-11-26T00:00:00.000Z']
  const zones = ['Europe/Zurich', 'America/New_York', 'Pacific/Kiritimati', 'UTC']
  expect(await Promise.all(zones.map(inProcess))).toEqual(zones.map(() => expected))
})
