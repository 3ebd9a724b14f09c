import { expect, test } from 'vitest'
import { about, bytes, counted, seconds } from '../../../src/views/words/amounts.ts'

test.each([
  [0, '0 s'],
  [0.0004, '1 ms'],
  [0.025, '25 ms'],
  [0.4, '0.4 s'],
  [6, '6 s'],
  [9.96, '10 s'],
  [59.7, '1 min'],
  [125, '2 min 05 s'],
  [1322, '22 min'],
  [3599.9, '1 h'],
  [11_100, '3 h 05 min'],
  [-3, '0 s'],
])('%d seconds are said as %s', (value, words) => {
  expect(seconds(value)).toBe(words)
})

test.each([
  [0.4, '0.4 s'],
  [6.8, '7 s'],
  [13.3, '13 s'],
])('about %d seconds are said as %s', (value, words) => {
  expect(about(value)).toBe(words)
})

test.each([
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1 kB'],
  [542_000_000, '542 MB'],
  [999_999_999, '1 GB'],
  [2_400_000_000, '2.4 GB'],
  [12e18, '12000 PB'],
])('%d bytes are said as %s', (value, words) => {
  expect(bytes(value)).toBe(words)
})

test.each([
  [0, 'session', '0 sessions'],
  [1, 'session', '1 session'],
  [200_000, 'row', '200,000 rows'],
])('%d of a %s are said as %s', (value, one, words) => {
  expect(counted(value, one)).toBe(words)
})
