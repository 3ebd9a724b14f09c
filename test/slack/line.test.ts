import { describe, expect, test } from 'vitest'
import type { Zoned } from '../../src/domain/view.ts'
import { elements, markup, slackWriting } from '../../src/slack/line.ts'

const none = () => []
const zone = { id: 'Indian/Mauritius', name: 'MUT' }
const window = (start: string, end: string): Zoned => ({ window: { start, end }, zone })
const seconds = (time: string) => Date.parse(time) / 1000

const [start, end] = ['2026-11-13T00:00:00.000Z', '2026-11-13T00:30:00.000Z']
const night = window(start, end)

describe('a time that is told in zones, in Slack', () => {
  test('stands beside the reader’s own time, in the first block', () => {
    expect(markup([night], 3000, none)).toBe(
      `Friday 13 November, 04:00–04:30 MUT (your time: <!date^${seconds(start)}^{date_long}, {time}|Friday 13 November 2026, 00:00 UTC>` +
        `–<!date^${seconds(end)}^{time}|Friday 13 November 2026, 00:30 UTC>)`,
    )
  })
  test('and in all others', () => {
    expect(elements([night], 2900, none)).toMatchObject({
      whole: true,
      elements: [
        { type: 'text', text: 'Friday 13 November, 04:00–04:30 MUT' },
        { type: 'text', text: ' (your time: ' },
        { type: 'date', timestamp: seconds(start), format: '{date_long}, {time}' },
        { type: 'text', text: '–' },
        { type: 'date', timestamp: seconds(end), format: '{time}' },
        { type: 'text', text: ')' },
      ],
    })
  })
  test.each([
    ['over midnight', window('2026-11-12T19:45:00Z', '2026-11-12T20:15:00Z')],
    ['of half a day', window('2026-11-13T00:00:00Z', '2026-11-13T12:00:00Z')],
  ])('names the day of the end for a window %s', (_, told) => {
    const dates = elements([told], 2900, none).elements.filter(({ type }) => type === 'date')
    expect(dates).toMatchObject([{ format: '{date_long}, {time}' }, { format: '{date_long}, {time}' }])
  })
  test('is one date for a moment, and its day alone for a day', () => {
    expect(markup([{ moment: start, zone }], 3000, none)).toBe(
      `Friday 13 November, 04:00 MUT (your time: <!date^${seconds(start)}^{date_long}, {time}|Friday 13 November 2026, 00:00 UTC>)`,
    )
    expect(markup([{ day: start, zone }], 3000, none)).toBe(
      `Friday 13 November (your time: <!date^${seconds(start)}^{date_long}|Friday 13 November 2026>)`,
    )
  })
  test('is whole or not there', () => {
    expect(markup(['HRMS ', night], 60, none)).toBe('HRMS …')
    expect(elements([night], 60, none)).toMatchObject({ whole: false, elements: [{ text: '…' }] })
  })
  test('is shown as it is where it is no time', () => {
    expect(markup([{ moment: 'soon', zone }], 3000, none)).toBe('soon')
    expect(elements([window('soon', 'later')], 2900, none).elements).toEqual([
      { type: 'text', text: 'soon–later' },
    ])
  })
  test('has UTC beside it where there are only words', () => {
    expect(slackWriting.zoned(night)).toBe('Friday 13 November 2026, 04:00–04:30 MUT (00:00–00:30 UTC)')
  })
})
