import { expect, test } from 'vitest'
import type { View } from '../../src/domain/view.ts'
import {
  answeredSaid,
  approvedSaid,
  cancelledSaid,
  discardedSaid,
  planMade,
  runBegun,
} from '../../src/views/run/said.ts'
import { backupsView } from '../../src/views/run/backups.ts'
import { endingView } from '../../src/views/run/ending.ts'
import { gateView } from '../../src/views/run/gate.ts'
import { planView } from '../../src/views/plan.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { runView } from '../../src/views/run/run.ts'
import { statusView } from '../../src/views/run/status.ts'
import { at, beforeDrain, lockedOut, lockTimeout, plan, run, session } from './sample.ts'

/** With names as long as a runbook may have. */
const long = () => {
  const made = plan()
  made.approved.runbook = {
    ...made.approved.runbook,
    name: 'r'.repeat(63),
    title: 'T'.repeat(200),
    product: 'P'.repeat(200),
    target: { ...made.approved.runbook.target, database: 'd'.repeat(63) },
  }
  return made
}
const down = run({ plan: long(), windowBegan: at('03:01:12') })
const ended = (ending: 'done' | 'backed-out') => ({ ...down, endedAt: at('03:02:00'), ending })
const { attempts, gate } = lockedOut(
  lockTimeout({
    blockers: Array.from({ length: 60 }, (_, i) =>
      session({ pid: 4_000_000 + i, application: 'a'.repeat(63) }),
    ),
  }),
)
const stands = { runbook: long().approved.runbook, plan: null, run: null, last: null, scheduled: null }

const views: [string, View][] = [
  ['a plan', planView(long(), [], 'open', [{ says: 'reviewed', role: 'r', people: [] }])],
  ['an approved plan', planView(long(), [], 'open', [])],
  ['a plan out of date', planView(long(), [], { stale: ['sql'] }, [])],
  ['a run', runView(down, beforeDrain(), null, at('03:01:20'))],
  ['a run that waits', runView(down, attempts, gate, at('03:02:13'))],
  ['a question', gateView(gate, down, attempts)],
  ['a run that is done', endingView(ended('done'), beforeDrain())],
  ['a run that is backed out', endingView(ended('backed-out'), beforeDrain())],
  [
    'the status',
    statusView(
      Array.from({ length: 40 }, () => stands),
      at('03:05:00'),
    ),
  ],
  ['no backup', backupsView([], 'r'.repeat(63))],
]

test.each(views)('%s keeps Slack’s limits, whatever the names', (_, view) => {
  for (const { label, says } of view.actions) {
    expect(label.length).toBeLessThanOrEqual(20)
    expect(says.length).toBeLessThanOrEqual(75)
    expect(says).not.toBe('')
  }
  expect(view.actions.filter(({ style }) => style === 'primary').length).toBeLessThanOrEqual(1)
  expect(plainText(view).length).toBeLessThanOrEqual(4000)
  const size = view.parts.reduce(
    (sum, part) => sum + plainText({ state: [], parts: [part], actions: [] }).length,
    0,
  )
  expect(size + lineText(view.state).length).toBeLessThan(9_000)
})

test.each<[View, string]>([
  [
    planMade(plan()),
    'Plan 7F3A · AddSecurityEnhancements on hrms_master is in #migrations. Nothing was run.',
  ],
  [approvedSaid(plan(), 'reviewed', 1), 'Recorded: you reviewed plan 7F3A.\nIt still waits for 1 approval.'],
  [
    approvedSaid(plan(), 'approved', 0),
    'Recorded: you approved plan 7F3A.\nIt may be run now, by an operator, in #migrations.',
  ],
  [
    runBegun(plan(), '7F3A-1'),
    'Run 7F3A-1 · AddSecurityEnhancements on hrms_master has begun. It is in #migrations, step by step.',
  ],
  [
    answeredSaid(lockedOut().gate, run(), { left: false, over: null }),
    'Recorded. Run 7F3A-1 goes on in #migrations.',
  ],
  [
    answeredSaid(lockedOut().gate, run(), { left: true, over: null }),
    'Recorded: it stays as it is. Run 7F3A-1 still waits for an answer in #migrations.',
  ],
  [
    cancelledSaid({ run: run(), waits: true, over: null }),
    'Run 7F3A-1 is cancelled: Lockkeeper stops its present step, then restores services and access. Where a step fails, it asks. See #migrations.',
  ],
  [
    cancelledSaid({ run: run(), waits: false, over: null }),
    'Run 7F3A-1 is cancelled: Lockkeeper restores services and access now. Where a step fails, it asks. See #migrations.',
  ],
  [
    answeredSaid(lockedOut().gate, run(), { left: false, over: { by: 'U_MEI', at: at('03:20:00') } }),
    'Recorded. Run 7F3A-1 goes on in #migrations.\n@U_MEI had acknowledged this run at 03:20:00 UTC, and gets a direct message that you decided.',
  ],
  [discardedSaid(plan()), 'Plan 7F3A is discarded. Nothing was run.'],
])('what the one who asked is told: %#', (view, words) => {
  expect(plainText(view)).toBe(words)
})
