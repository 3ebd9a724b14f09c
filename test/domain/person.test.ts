import { expect, test } from 'vitest'
import { isQuiet, quietAt } from '../../src/domain/person.ts'

const day = (n: number, clock: string) => `2025-11-${String(n).padStart(2, '0')}T${clock}:00.000Z`
const night = { from: day(13, '20:00'), until: day(14, '05:00') }

test('a pause holds on later days at the same hours', () => {
  expect(quietAt(night, day(14, '03:00'))).toEqual(night)
  expect(quietAt(night, day(20, '03:00'))).toEqual({ from: day(19, '20:00'), until: day(20, '05:00') })
  expect(quietAt(night, day(20, '20:00'))).toEqual({ from: day(20, '20:00'), until: day(21, '05:00') })
  expect(quietAt(night, day(20, '05:00'))).toBeNull()
  expect(quietAt(night, day(20, '19:59'))).toBeNull()
})

test('a pause that is next held before, too', () => {
  expect(quietAt(night, day(13, '04:00'))).toEqual({ from: day(12, '20:00'), until: day(13, '05:00') })
  expect(quietAt(night, day(13, '12:00'))).toBeNull()
})

test('a pause of several days holds on each of them', () => {
  expect(quietAt({ from: day(13, '20:00'), until: day(17, '05:00') }, day(15, '12:00'))).toEqual({
    from: day(13, '20:00'),
    until: day(17, '05:00'),
  })
})

test('now is paused what is paused at this moment alone', () => {
  expect(isQuiet(night, day(13, '19:59'))).toBe(false)
  expect(isQuiet(night, day(13, '20:00'))).toBe(true)
  expect(isQuiet(night, day(14, '05:00'))).toBe(false)
  expect(isQuiet(night, day(15, '03:00'))).toBe(false)
})
