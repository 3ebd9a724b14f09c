import { expect, test } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { Event, Happened } from '../../../src/domain/event.ts'
import type { Notice } from '../../../src/domain/notice.ts'
import type { Over, Schedule } from '../../../src/domain/schedule.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { scheduleNewsView, scheduleView } from '../../../src/views/schedule/schedule.ts'
import { telling } from '../../notices/diary.ts'
import { sampleRunbook } from '../../plans.ts'

const window = { start: '2025-11-13T00:00:00.000Z', end: '2025-11-13T00:30:00.000Z' }

const planned = (changes: Partial<Schedule> = {}): Schedule => ({
  id: 'add-security-enhancements@1',
  runbook: { ...sampleRunbook(), ...telling },
  window,
  moves: 0,
  by: 'U0ASHA',
  madeAt: '2025-11-01T09:00:00.000Z',
  ahead: true,
  run: null,
  newsAt: null,
  marks: [],
  over: null,
  ...changes,
})

const notice = (place: number, changes: Partial<Notice> = {}): Notice => ({
  id: `add-security-enhancements@1/${place + 1}`,
  schedule: 'add-security-enhancements@1',
  place,
  about: { is: 'ahead' },
  window,
  dueAt: '2025-11-10T00:00:00.000Z',
  at: null,
  withheld: null,
  to: [],
  untold: [],
  ...changes,
})

const told = [
  notice(0, { at: '2025-11-10T00:00:00.000Z', to: [{ channel: '#hrms' }, { mail: 'a@b.c' }] }),
  notice(1),
]

const happened = (body: Happened): Event & { schedule: string } =>
  ({ seq: 1, at: '2025-11-12T23:50:00.000Z', by: 'U0MEI', run: null, plan: null, ...body }) as never

const schedule = 'add-security-enhancements@1'
const news = (body: Happened, changes: Partial<Schedule> = {}, present?: Problem | null): string =>
  plainText(scheduleNewsView(happened(body), planned(changes), told, present))

test('a schedule says what is to run when, in whose zone, who was told and who comes next', () => {
  expect(plainText(scheduleView(planned(), told))).toBe(
    [
      'Scheduled · AddSecurityEnhancements on hrms_master · Thursday 13 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC)',
      'At its time a person is asked to start it.',
      'Next to be told: operations, Monday 10 November 2025, 04:00 MUT (00:00 UTC).',
      'Scheduled by @U0ASHA. 2 addresses told so far.',
      'Buttons: Move… · Call off… · Notices',
    ].join('\n'),
  )
})

test('one that is over says how it ended, and offers nothing', () => {
  const over = { at: window.end, by: 'U0MEI', reason: 'the vendor asks for a week' }
  const say = (as: Over) => plainText(scheduleView(planned({ over: { ...over, as }, run: null }), told))
  expect(say('called-off')).toMatch(/^Called off by @U0MEI: the vendor asks for a week · AddSecurity/)
  expect(say('missed')).toMatch(/^Missed: nobody started it · /)
  expect(say('done')).toMatch(/^Done, users in since 00:30:00 UTC · /)
  expect(say('unchanged')).toMatch(/^Over, the change was not made · /)
  expect(say('unsure')).toMatch(/^Over, but the database was not found to be as before · /)
  expect(say('missed')).not.toContain('Buttons')
})

test('the look before the start says yes, or no with the reason and what to do', () => {
  const before = 600_000
  expect(news({ is: 'schedule.ready', schedule, before, problem: null })).toMatch(
    /^Ready to start\. AddSecurityEnhancements on hrms_master\nChecked at 23:50:00 UTC\. It is to start 00:00:00 UTC/,
  )
  const problem = { code: 'plan-missing', runbook: 'add-security-enhancements' } as const
  const no = news({ is: 'schedule.ready', schedule, before, problem })
  expect(no).toContain('Not ready to start.')
  expect(no).toContain('Because: There is no open plan of add-security-enhancements.')
  expect(no).toContain('/migrate plan add-security-enhancements')
})

test('what a look found is told as the past once it is otherwise, or once the run has started', () => {
  const problem = { code: 'plan-missing', runbook: 'add-security-enhancements' } as const
  const found = { is: 'schedule.ready', schedule, before: 600_000, problem } as const
  expect(news(found, {}, null)).toMatch(
    /^Ready to start\. AddSecurityEnhancements on hrms_master\nChecked at 23:50:00 UTC\. Not ready to start at that time\./,
  )
  expect(news(found, { run: '7F3A-1' }, null)).toBe(
    'Not ready to start at 23:50:00 UTC: AddSecurityEnhancements on hrms_master',
  )
})

test('at its time it asks to be started, and no longer once it was', () => {
  const asks = { is: 'schedule.asks', schedule, late: false, problem: null } as const
  const asked = news(asks)
  expect(asked).toContain(
    'Backup and checks come first: begun now, they are done in time. Users stay in until 00:00:00 UTC.',
  )
  expect(asked).toMatch(/^It is time\. Start AddSecurityEnhancements on hrms_master\?/)
  expect(asked).toContain('If nobody starts it until 00:30:00 UTC, it is missed, and 2 addresses are told')
  expect(asked).toContain('Buttons: Start… · Move… · Call off…')
  expect(news({ ...asks, late: true })).toMatch(/^Still not started: /)
  expect(news(asks, { run: '7F3A-1' })).toBe(
    'It was time: AddSecurityEnhancements on hrms_master · started as 7F3A-1',
  )
})

test('moved and called off say who is told of it', () => {
  const from = { start: '2025-11-12T00:00:00.000Z', end: '2025-11-12T00:30:00.000Z' }
  expect(news({ is: 'schedule.moved', schedule, from })).toContain(
    'It was Wednesday 12 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC). 2 addresses are told the new time.',
  )
  const over = { as: 'called-off', at: window.start, by: 'U0MEI', reason: null } as const
  expect(news({ is: 'schedule.over', schedule, as: 'called-off' }, { over })).toContain(
    'HRMS stays available. 2 addresses are told so.',
  )
})

test('whoever has a run is told by when people wait for news, until users are in', () => {
  const owed = { is: 'news.owed', schedule, person: 'U0MEI', at: window.end } as const
  const said = news(owed, { run: '7F3A-1' })
  expect(said).toMatch(/^HRMS is still unavailable, and people wait for news by 00:30:00 UTC\./)
  expect(said).toContain('Buttons: Say more…')
  const over = { as: 'done', at: window.end, by: 'lockkeeper', reason: null } as const
  expect(news(owed, { run: '7F3A-1', over })).toBe('HRMS is available: nobody waits for news.')
})

test('that it moved says so when it was called off afterwards', () => {
  const moved = { is: 'schedule.moved', schedule, from: window } as const
  expect(news(moved)).toMatch(/^Moved by @U0MEI: /)
  const over = { as: 'called-off', at: window.end, by: 'U0DAN', reason: null } as const
  expect(news(moved, { over })).toMatch(/^Called off by @U0DAN\. Before, moved by @U0MEI: /)
})

test('what forbade the start by itself is told as the past once it is gone', () => {
  const problem = { code: 'plan-missing', runbook: 'add-security-enhancements' } as const
  const asks = { is: 'schedule.asks', schedule, late: false, problem } as const
  expect(news(asks, {}, problem)).toContain('Because: There is no open plan')
  const now = news(asks, {}, null)
  expect(now).toContain('What forbade it then is gone: somebody has to start it.')
  expect(now).not.toContain('Because:')
})

test('that people wait for news is over once the news was told', () => {
  const owed = { is: 'news.owed', schedule, person: 'U0MEI', at: window.end } as const
  expect(news(owed, { run: '7F3A-1' })).toMatch(/^HRMS is still unavailable, and people wait for news by/)
  expect(news(owed, { run: '7F3A-1', newsAt: '2025-11-13T01:00:00.000Z' })).toBe(
    'The news that was promised by 00:30:00 UTC was told; the next is promised by 01:00:00 UTC. Nothing to do here',
  )
})
