import { describe, expect, test } from 'vitest'
import type { Run } from '../../../src/domain/run.ts'
import type { Schedule } from '../../../src/domain/schedule.ts'
import { calendarView, type CalendarEntry } from '../../../src/views/schedule/calendar.ts'
import type { Clash } from '../../../src/views/schedule/clashes.ts'
import { howFar } from '../../../src/views/words/how-far.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { planHolds, type PlanStands } from '../../../src/views/schedule/plan-holds.ts'
import { confirmForm, whenForm, type Outlook } from '../../../src/views/schedule/form.ts'
import { formText } from '../../../src/views/terminal.ts'
import { sampleRunbook } from '../../plans.ts'
import { run } from '../sample.ts'

const now = '2026-11-23T03:00:00.000Z'
const window = { start: '2026-11-30T00:00:00.000Z', end: '2026-11-30T00:30:00.000Z' }
const mut = { id: 'Indian/Mauritius', name: 'MUT' }
const hrms = { ...sampleRunbook(), timeZone: mut.id, timeZoneName: mut.name }

test.each([
  ['2026-11-23T03:00:59.000Z', 'in less than a minute'],
  ['2026-11-23T03:12:30.000Z', 'in 12 minutes'],
  ['2026-11-23T04:00:00.000Z', 'in 1 hour'],
  ['2026-11-23T05:01:00.000Z', 'in 2 hours, 1 minute'],
  ['2026-11-24T02:59:00.000Z', 'in 23 hours, 59 minutes'],
  ['2026-11-24T03:59:00.000Z', 'in 1 day'],
  ['2026-11-26T05:30:00.000Z', 'in 3 days, 2 hours'],
])('%s is %s', (at, words) => {
  expect(howFar(at, now)).toBe(words)
})

describe('a plan for a start to come', () => {
  const plan: PlanStands = { id: '7F3A', blockers: 0, missing: 0, until: '2026-11-30T02:00:00.000Z' }
  const later = '2026-11-29T00:00:00.000Z'
  const past = '2026-11-23T02:00:00.000Z'
  test.each<[string, PlanStands | null, string, string]>([
    [
      'is not there, and would not hold yet',
      null,
      later,
      'Note: No plan yet. Make it after Sunday 29 November 2026, 04:00 MUT (00:00 UTC), so that its approvals last until the start: /migrate plan add-security-enhancements',
    ],
    [
      'is not there, and would hold',
      null,
      past,
      'Warning: No plan yet. Make it now, and have it approved: /migrate plan add-security-enhancements',
    ],
    [
      'does not hold until then, and a new one would not either',
      { ...plan, until: '2026-11-24T02:00:00.000Z' },
      later,
      'Note: Plan 7F3A holds until Tuesday 24 November 2026, 06:00 MUT (02:00 UTC) only. Plan again after Sunday 29 November 2026, 04:00 MUT (00:00 UTC), and have that plan approved: /migrate plan add-security-enhancements',
    ],
    [
      'does not hold until then, and a new one would',
      { ...plan, until: '2026-11-24T02:00:00.000Z' },
      past,
      'Warning: Plan 7F3A holds until Tuesday 24 November 2026, 06:00 MUT (02:00 UTC) only. Plan again now, and have that plan approved: /migrate plan add-security-enhancements',
    ],
    [
      'has blockers',
      { ...plan, blockers: 2, missing: 1 },
      past,
      'Warning: Plan 7F3A has 2 blockers: it cannot be run. See /migrate status 7F3A',
    ],
    [
      'waits for approvals',
      { ...plan, missing: 1 },
      past,
      'Warning: Plan 7F3A still waits for 1 approval: /migrate approve 7F3A',
    ],
    [
      'holds',
      plan,
      past,
      'Passed: Plan 7F3A is approved, and holds until Monday 30 November 2026, 06:00 MUT (02:00 UTC)',
    ],
  ])('%s', (_, stands, from, words) => {
    const said = planHolds({ runbook: hrms.name, plan: stands, start: window.start, from, now, zone: mut })
    expect(`${said.word}: ${lineText(said.line)}`).toBe(words)
  })
})

const outlook = (given: Partial<Outlook> = {}): Outlook => ({
  runbook: hrms,
  window,
  now,
  before: null,
  notices: [],
  clashes: [],
  running: [],
  plan: null,
  planFrom: '2026-11-29T00:00:00.000Z',
  own: null,
  otherwise: null,
  ...given,
})
const text = (given: Partial<Outlook>, timeZone = 'UTC') =>
  formText(confirmForm(outlook(given)), { colour: false, width: 1000, timeZone })

test('UTC is written once where it is the reader’s own, or the runbook’s', () => {
  expect(text({ own: 'Europe/Zurich' }, 'Europe/Zurich')).toContain(
    'HRMS is out: Monday 30 November 2026, 04:00–04:30 MUT (01:00–01:30 CET)\nIn UTC: Monday 30 November 2026, 00:00–00:30 UTC\n',
  )
  expect(text({ own: 'UTC' })).not.toContain('In UTC')
  expect(text({ own: 'Etc/UTC' })).not.toContain('In UTC')
  expect(text({ runbook: sampleRunbook() })).toContain(
    'HRMS is out: Monday 30 November 2026, 00:00–00:30 UTC\nThat is in 6 days, 21 hours.',
  )
})

test('a runbook that tells nobody says so', () => {
  expect(text({})).toContain('Nobody is told but this runbook’s channel: its notices are empty.')
})

test('one address that was told is one', () => {
  const before = { schedule: { window, by: 'U_MEI' }, told: 1 }
  const moved = { start: '2026-12-01T00:00:00.000Z', end: '2026-12-01T00:30:00.000Z' }
  expect(text({ before, window: moved })).toContain(
    '1 address was told that time, and is told the new one at once.',
  )
})

test('a zone without a name of its own is offered by its name in the list', () => {
  const form = whenForm({ ...hrms, timeZoneName: undefined }, null, 'Europe/Zurich')
  expect(form.fields[1]).toMatchObject({
    options: [
      { value: 'Indian/Mauritius', label: 'Indian/Mauritius', hint: 'the runbook’s' },
      { value: 'Europe/Zurich', label: 'Europe/Zurich', hint: 'your own' },
    ],
  })
})

const long = {
  ...hrms,
  name: 'r'.repeat(63),
  title: 'T'.repeat(200),
  product: 'P'.repeat(200),
  target: { ...hrms.target, database: 'd'.repeat(63) },
}
const clashes: Clash[] = Array.from({ length: 40 }, () => ({ runbook: long, window, shares: 'target' }))
const running: Run[] = Array.from({ length: 3 }, () => run())

test('what clashes is counted where it is too much to read', () => {
  expect(text({ clashes })).toContain('Note     35 more at the same time: lockkeeper calendar 366\n')
  const entry = { schedule: { ...schedule(), runbook: hrms }, run: null, plan: null, planFrom: now, clashes }
  const view = calendarView({ entries: [entry], others: [], days: 14, now })
  expect(plainText(view)).toContain('. 37 more at the same time\n')
})

function schedule(): Schedule {
  return {
    id: 'r@1',
    runbook: long,
    window,
    moves: 0,
    by: 'U_ASHA',
    madeAt: now,
    ahead: true,
    run: null,
    newsAt: null,
    marks: [],
    over: null,
  }
}

test('a calendar is one message, whatever the names, and says what it leaves out', () => {
  const entry: CalendarEntry = { schedule: schedule(), run: null, plan: null, planFrom: now, clashes }
  const entries = Array.from({ length: 50 }, () => entry)
  const view = calendarView({ entries, others: running, days: 14, now })
  const size = view.parts.reduce(
    (sum, part) => sum + plainText({ state: [], parts: [part], actions: [] }).length,
    0,
  )
  expect(size).toBeLessThan(9_000)
  expect(plainText(view).length).toBeLessThanOrEqual(4_000)
  expect(plainText(view)).toMatch(/^50 scheduled in the next 14 days; 3 runs under way\n/)
  expect(plainText({ ...view, parts: view.parts.slice(1) })).toContain('and 33 more: /migrate calendar 1')
})
