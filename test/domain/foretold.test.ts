import { expect, test } from 'vitest'
import { foretell } from '../../src/domain/foretold.ts'

const start = '2026-11-30T00:00:00.000Z'
const notice = (at: string, ...to: string[]) => ({ at, to, subject: 's', text: 't' })
const notices = [
  notice('-1h', 'users'),
  notice('-72h', 'users', 'support'),
  notice('-24h', 'operations', 'support'),
  notice('start', 'operations'),
  notice('end', 'users'),
]
const told = (now: string, made: number[] = []) =>
  foretell({ notices }, { start, now, made }).map(({ place, will, to }) => [place, will, ...to])

test('before the first one all come at their times, in their order', () => {
  expect(foretell({ notices }, { start, now: '2026-11-20T00:00:00.000Z', made: [] })).toEqual([
    { place: 1, dueAt: '2026-11-27T00:00:00.000Z', will: 'later', to: ['users', 'support'] },
    { place: 2, dueAt: '2026-11-29T00:00:00.000Z', will: 'later', to: ['operations', 'support'] },
    { place: 0, dueAt: '2026-11-29T23:00:00.000Z', will: 'later', to: ['users'] },
  ])
})

test('one whose time is over is sent at once', () => {
  expect(told('2026-11-28T00:00:00.000Z')).toEqual([
    [1, 'at-once', 'users', 'support'],
    [2, 'later', 'operations', 'support'],
    [0, 'later', 'users'],
  ])
})

test('whoever is meant by two of those gets the later one alone', () => {
  expect(told('2026-11-29T12:00:00.000Z')).toEqual([
    [1, 'at-once', 'users'],
    [2, 'at-once', 'operations', 'support'],
    [0, 'later', 'users'],
  ])
  expect(told('2026-11-29T23:00:00.000Z')).toEqual([
    [1, 'overtaken', 'users', 'support'],
    [2, 'at-once', 'operations', 'support'],
    [0, 'at-once', 'users'],
  ])
})

test('what was sent for another start is not sent again when it would be due already', () => {
  expect(told('2026-11-29T12:00:00.000Z', [1, 2])).toEqual([
    [1, 'told', 'users', 'support'],
    [2, 'told', 'operations', 'support'],
    [0, 'later', 'users'],
  ])
  expect(told('2026-11-28T12:00:00.000Z', [1, 2])).toContainEqual([2, 'later', 'operations', 'support'])
})
