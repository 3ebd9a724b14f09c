import { expect, test } from 'vitest'
import { aboutTwice } from '../../../src/engines/efcore/notice.ts'

const varies = (lines: number, by?: 'bundle') => [
  { level: 'warning', problem: { code: 'script-varies', lines, ...(by && { by }) } },
]

test('a script that is the same twice is nothing to notice', () => {
  expect(aboutTwice('a\nb\n', 'a\nb\n', null)).toEqual([])
})

test('lines that differ, that are gone or that came are counted', () => {
  expect(aboutTwice('a\nb\nc', 'a\nx\nc', null)).toEqual(varies(1))
  expect(aboutTwice('a\nb\nc', 'a', null)).toEqual(varies(2))
  expect(aboutTwice('a', 'a\nb\nc', null)).toEqual(varies(2))
})

test('where a program runs instead of the script, its kind is told with it', () => {
  const bundle = { by: 'bundle', file: '/efbundle', sha256: '', build: null } as const
  expect(aboutTwice('a', 'b', bundle)).toEqual(varies(1, 'bundle'))
})
