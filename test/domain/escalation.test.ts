import { expect, test } from 'vitest'
import { delayOf, escalationAt, lateness, type EscalationStep } from '../../src/domain/escalation.ts'

const min = 60_000
/** As the team's document has it. */
const steps: EscalationStep[] = [
  { contact: 'Lead', after: 0 },
  { contact: 'DBA', after: 15 * min, whileOut: 5 * min },
  { contact: 'CTO', after: 30 * min, whenCritical: 0 },
  { contact: 'CEO', whenCritical: 0 },
]
const since = '2025-11-13T03:00:00.000Z'
const at = (clock: string) => `2025-11-13T${clock}.000Z`
const usual = { critical: false, isOut: false }
const opened = (pinged: number[]) => ({ since, pinged, critical: false })
const places = (timed: { place: number }[]) => timed.map(({ place }) => place)

test('the lead at once, the DBA after 15 minutes, the CTO after 30, the CEO never', () => {
  const open = [opened([])]
  expect(escalationAt(steps, open, false, since)).toEqual({
    due: [{ place: 0, at: since }],
    next: { place: 1, at: at('03:15:00') },
  })
  expect(places(escalationAt(steps, open, false, at('03:14:59')).due)).toEqual([0])
  expect(places(escalationAt(steps, open, false, at('03:15:00')).due)).toEqual([0, 1])
  expect(escalationAt(steps, open, false, at('09:00:00'))).toMatchObject({
    due: [{ place: 0 }, { place: 1 }, { place: 2, at: at('03:30:00') }],
    next: null,
  })
})

test('who was pinged is not pinged again', () => {
  expect(escalationAt(steps, [opened([0])], false, at('03:10:00'))).toEqual({
    due: [],
    next: { place: 1, at: at('03:15:00') },
  })
  expect(places(escalationAt(steps, [opened([0, 1, 2])], false, at('09:00:00')).due)).toEqual([])
})

test('of two alarms the last is in force, and the clock of the one before it is not lost', () => {
  const called = { since: at('03:10:00'), pinged: [] as number[], critical: false }
  expect(escalationAt(steps, [opened([0]), called], false, at('03:10:00'))).toEqual({
    due: [{ place: 0, at: at('03:10:00') }],
    next: { place: 1, at: at('03:15:00') },
  })
  const lately = { ...called, pinged: [0, 1], critical: true }
  expect(escalationAt(steps, [opened([0, 1]), lately], false, at('03:10:00'))).toEqual({
    due: [
      { place: 2, at: at('03:10:00') },
      { place: 3, at: at('03:10:00') },
    ],
    next: null,
  })
})

test('while users are out a step has its own time, where it has one', () => {
  const out = { critical: false, isOut: true }
  expect(steps.map((step) => delayOf(step, out))).toEqual([0, 5 * min, 30 * min, null])
  expect(delayOf({ contact: 'x', whileOut: min }, usual)).toBeNull()
})

test('what is critical brings the CTO and the CEO at once, in the runbook’s order', () => {
  const critical = { critical: true, isOut: false }
  expect(places(escalationAt(steps, [{ ...opened([]), critical: true }], false, since).due)).toEqual([
    0, 2, 3,
  ])
  expect(delayOf({ contact: 'x', after: min, whenCritical: 2 * min }, critical)).toBe(min)
})

test('a step is late after twice its time and a minute more than it', () => {
  const at = { limit: 5, waits: false }
  expect([0.4, 30, 60, 600].map((estimate) => lateness(estimate, at).after)).toEqual([60.4, 90, 120, 1200])
})

test('a step without an estimate is late a minute after its own limit', () => {
  expect(lateness(null, { limit: 900, waits: false })).toEqual({ expectedSeconds: 900, after: 960 })
})

test('a step that waits is not late before it asks', () => {
  expect(lateness(0.5, { limit: 300, waits: true })).toEqual({ expectedSeconds: 300, after: 600 })
  expect(lateness(400, { limit: 300, waits: true }).expectedSeconds).toBe(400)
})
