import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { planDetailsView } from '../../src/views/plan-details.ts'
import { planView, type WaitsFor } from '../../src/views/plan.ts'
import { at, plan, prepared, session, sqlError } from './sample.ts'

const waits: WaitsFor[] = [
  { says: 'reviewed', role: 'database-team', people: ['U_DAN', 'U_MEI'] },
  { says: 'approved', role: 'cto', people: [] },
]
const constant: Problem = {
  code: 'constant-default',
  table: 'master."RefreshTokens"',
  column: 'LastActivityAt',
  value: '-infinity',
  rows: 200_000,
}
const dump: Problem = { code: 'dump-running', pid: 99, since: at('02:30:00') }
const lines = (...given: Parameters<typeof planView>) => plainText(planView(...given)).split('\n')

test('the whole plan, waiting for approvals', () => {
  const made = plan({
    problems: [
      { level: 'note', problem: { code: 'sessions-open', sessions: [session()] } },
      { level: 'warning', problem: constant },
    ],
  })
  made.approved.prepared?.down?.drops.push({
    table: 'master."RefreshTokens"',
    column: 'EmployeeId',
    gave: { value: null },
  })
  expect(lines(made, [], 'open', waits)).toEqual([
    'Plan 7F3A · AddSecurityEnhancements on hrms_master — 0 of 2 approvals',
    '1 migration, 1 statement and 1 that we add · PostgreSQL 15.8 on db-prod-1:5432, 2.4 GB',
    'Down for about 13 s (Stop hrms-api 0.4 s, Drain 6 s, Migrate 0.1 s, Verify 0.6 s, Start hrms-api 4.2 s, Smoke 2 s); from earlier runs; Smoke a guess. Plus up to 30 s and the time to answer if sessions stay',
    'Until users are back in, going back loses nothing. After that a rollback loses what HRMS writes into master."RefreshTokens"."EmployeeId"',
    'Warning: LastActivityAt becomes -infinity for 200,000 existing rows of master."RefreshTokens". The application reads that value as if it had been written.',
    'Note: 1 session is on the database beside the application: session 4242 (reporting, idle in transaction since 02:39:10 UTC, 12 min). Who is still there when the run closes the database is shown, and asked about one by one.',
    'Passed: 19 more checks',
    'Waits for: reviewed by @U_DAN or @U_MEI · approved by one of cto',
    'Planned by @U_ASHA Thu 13 Nov 2025, 02:51:00 UTC. Approvals hold for a day, unless the SQL, the steps, the server or the schema change.',
    'Buttons: Approve… · Discard…',
  ])
})

describe('the first line and the buttons', () => {
  const said = [{ person: 'U_DAN', says: 'reviewed', at: at('02:55:00') }]
  const closed = (because: 'discarded' | 'used' | 'replaced') => ({
    closed: { at: at('03:00:00'), because, by: 'U_ASHA' },
  })
  const name = 'Plan 7F3A · AddSecurityEnhancements on hrms_master'

  test.each<[string, Parameters<typeof planView>, string, string[]]>([
    [
      'half approved',
      [plan(), said, 'open', waits.slice(1)],
      `${name} — 1 of 2 approvals`,
      ['Approve…', 'Discard…'],
    ],
    ['approved', [plan(), said, 'open', []], `${name} — approved, ready to run`, ['Run…', 'Discard…']],
    [
      'with a blocker, whoever approved it',
      [plan({ problems: [{ level: 'blocker', problem: dump }] }), said, 'open', []],
      `${name} — 1 blocker: it cannot be run`,
      ['Plan again', 'Discard…'],
    ],
    [
      'out of date',
      [plan(), said, { stale: ['history'] }, []],
      `${name} is out of date: a migration was applied or removed since. Nothing was run`,
      ['Plan again'],
    ],
    [
      'discarded',
      [plan(), said, closed('discarded'), []],
      `${name} was discarded by @U_ASHA, Thu 13 Nov 2025, 03:00:00 UTC`,
      ['Plan again'],
    ],
    [
      'run',
      [plan(), said, closed('used'), []],
      `${name} was run by @U_ASHA, Thu 13 Nov 2025, 03:00:00 UTC`,
      ['What happened'],
    ],
    [
      'under way',
      [plan(), said, { runs: { run: 'K7QF-1', by: 'U_ASHA', since: at('03:00:00') } }, []],
      `${name} is being run by @U_ASHA since Thu 13 Nov 2025, 03:00:00 UTC, as K7QF-1`,
      ['What happened'],
    ],
    [
      'replaced',
      [plan(), said, closed('replaced'), []],
      `${name} was replaced by a newer plan by @U_ASHA, Thu 13 Nov 2025, 03:00:00 UTC`,
      ['What happened'],
    ],
    [
      'of a rollback',
      [plan({ kind: 'rollback' }), [], 'open', waits],
      'Plan 7F3A · rollback of AddSecurityEnhancements on hrms_master — 0 of 2 approvals',
      ['Approve…', 'Discard…'],
    ],
  ])('%s', (_, given, line, labels) => {
    expect(lines(...given)[0]).toBe(line)
    expect(planView(...given).actions.map(({ label }) => label)).toEqual(labels)
  })

  test('who approved stays visible', () => {
    expect(lines(plan(), said, 'open', waits.slice(1))).toContain('Reviewed by @U_DAN 02:55:00 UTC')
  })
})

describe('what going back loses', () => {
  const loss = (made: Plan) => lines(made, [], 'open', [])[3]
  test('without a way down it is a backup', () => {
    expect(loss(plan({ down: false }))).toBe(
      'Until Migrate, going back loses nothing. After it there is no way down: only the backup, without what was written since',
    )
  })
  test('of a rollback it is counted', () => {
    const made = plan({ kind: 'rollback' })
    made.measured.loss = { dropped: [], violating: [], rows: 212 }
    expect(loss(made)).toBe(
      'It would lose 212 rows now; up to 212 rows are accepted. They are counted again under lock, and a copy is kept',
    )
  })
  test('what took too long to count is not said to be nothing', () => {
    const made = plan({ kind: 'rollback' })
    made.measured.loss = null
    expect(loss(made)).toBe(
      'What it would lose was not counted: that takes too long. It is counted under lock; up to 212 rows are accepted',
    )
  })
})

describe('how long users are out', () => {
  const downtime = (change: (made: Plan) => void) => {
    const made = plan()
    change(made)
    return lines(made, [], 'open', [])[2]
  }
  test.each<[string, (made: Plan) => void, string]>([
    [
      'nothing is known',
      (made) => (made.measured.estimates = []),
      'HRMS goes down; for how long is not known: nothing was measured',
    ],
    [
      'only guessed',
      (made) => (made.measured.estimates = [{ step: 'smoke', seconds: 2, from: 'guess' }]),
      'Down for about 2 s (Smoke 2 s); a guess. Plus up to 30 s and the time to answer if sessions stay',
    ],
    [
      'users were told something',
      (made) => {
        made.approved.runbook.window.expected = 900_000
        made.measured.estimates = [{ step: 'smoke', seconds: 2, from: 'earlier run' }]
      },
      'Down for about 2 s (Smoke 2 s); from earlier runs. Plus up to 30 s and the time to answer if sessions stay. Users are told 15 min',
    ],
    [
      'nobody goes down',
      (made) => (made.approved.routes.forward = made.approved.routes.forward.slice(0, 1)),
      'HRMS stays up',
    ],
  ])('%s', (_, change, words) => {
    expect(downtime(change)).toBe(words)
  })
})

describe('the thread of a plan', () => {
  test('shows each step with what it does, and which of them keep users out', () => {
    const shown = plainText(planDetailsView(plan())).split('\n')
    expect(shown.slice(0, 3)).toEqual([
      'Plan 7F3A in full — AddSecurityEnhancements on hrms_master; to read before you approve: 7F3A.up.sql here in the thread, or “Read the SQL” below',
      'Steps. Before the window: 1 to 5. In it HRMS is down: 6 to 16',
      '1. Backup, about 28 s — pg_dump of the whole database, with a checksum, read through to its end; 7 are kept',
    ])
    expect(shown).toContain(
      '11. Migrate, about 0.1 s — the SQL of the way up; a lock is waited for 2 s, up to 10 times',
    )
    expect(shown).toContain('Back before Migrate: Verify, Open, Start hrms-api, Smoke, Admit')
    expect(shown).toContain(
      'Back after Migrate: Stop hrms-api, Close, Drain, Migrate down, Verify, Open, Start hrms-api, Smoke, Admit',
    )
  })

  test('names who is told what, in the words that people will read', () => {
    const made = plan()
    made.approved.runbook.notices = [
      {
        at: '-72h',
        to: ['staff', 'board'],
        subject: '{{ product }} is away from {{ start }}',
        text: 'Soon.',
      },
      { at: 'moved', to: [], subject: 'Another time', text: 'Soon.' },
    ]
    expect(plainText(planDetailsView(made))).toContain(
      [
        'Told to others:',
        '- 72 hours before, to staff, board: HRMS is away from day and start',
        '- When it is moved: Another time',
      ].join('\n'),
    )
  })
  test('has the SQL as it is run, with what was added marked', () => {
    expect(planDetailsView(plan()).files?.map(({ name }) => name)).toEqual(['7F3A.up.sql', '7F3A.down.sql'])
    expect(planDetailsView(plan()).files?.[0]?.content).toBe(
      [
        '-- Plan 7F3A, way up: from 20251111125329_InitialMasterDb to 20251113040317_AddSecurityEnhancements',
        '-- SHA-256 of the whole: bb22',
        '',
        '-- 20251113040317_AddSecurityEnhancements.up.sql (SHA-256 aa11)',
        '',
        '-- One transaction:',
        '',
        '-- Added by Lockkeeper (not in the file), before line 1:',
        'LOCK TABLE master."__EFMigrationsHistory";',
        '',
        '-- line 2',
        'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid;',
        '-- COMMIT',
        '',
      ].join('\n'),
    )
  })

  test('of a rollback has the way down alone, with what is kept and deleted first', () => {
    const made = plan({ kind: 'rollback' })
    const added = (text: string) => ({ text, line: 1, from: 'added' as const })
    made.approved.prepared?.down?.keeps.push({
      table: 't',
      into: 'kept."{run}_t"',
      lock: added('LOCK TABLE t IN ACCESS EXCLUSIVE MODE'),
      statements: [added('CREATE TABLE kept."{run}_t" AS SELECT * FROM t')],
    })
    const [file, ...others] = planDetailsView(made).files ?? []
    expect([file?.name, others]).toEqual(['7F3A.down.sql', []])
    expect(file?.content.split('\n').slice(2, 10)).toEqual([
      '',
      '-- Only after users were in, in the same transaction, before everything else ({run} is the run’s id).',
      '-- A table that is not there is left out, nothing is kept of one that loses nothing, and no row is deleted unless it is in the way:',
      '',
      '-- Added by Lockkeeper (not in the file), before line 1:',
      'LOCK TABLE t IN ACCESS EXCLUSIVE MODE;',
      '',
      '-- Added by Lockkeeper (not in the file), before line 1:',
    ])
  })

  test('marks what no transaction holds', () => {
    const made = plan()
    const up = prepared([])
    up.scripts[0]?.units.splice(0, 1, {
      in: 'none',
      begin: [],
      end: [],
      statement: { text: 'CREATE INDEX CONCURRENTLY ix ON t (c);', line: 1, from: 'file' },
    })
    made.approved.prepared = { up, down: null }
    expect(planDetailsView(made).files?.[0]?.content).toContain(
      '-- Outside of a transaction:\n\n-- line 1\nCREATE INDEX CONCURRENTLY ix ON t (c);\n',
    )
  })

  test('has every finding in a file when there are more than a message holds', () => {
    const made = plan({
      problems: Array.from({ length: 9 }, () => ({ level: 'warning' as const, problem: constant })),
    })
    const file = planDetailsView(made).files?.find(({ name }) => name === '7F3A.findings.txt')
    expect(file?.content.match(/^Warning: /gm)).toHaveLength(9)
    expect(file?.content).toContain('  Next: Ask those who know the application')
  })
})

test('200 long findings fit one message, and those left out are counted', () => {
  const problem: Problem = { code: 'sql-error', ...sqlError({ statement: `SELECT ${'x, '.repeat(3000)}` }) }
  const made = plan({
    problems: Array.from({ length: 200 }, (_, i) => ({
      level: i < 150 ? ('blocker' as const) : ('warning' as const),
      problem,
    })),
  })
  made.approved.runbook.purpose = Array.from({ length: 50 }, () => 'why '.repeat(400))
  for (const view of [planView(made, [], 'open', waits), planDetailsView(made)]) {
    const size = view.parts.reduce(
      (sum, part) => sum + plainText({ state: [], parts: [part], actions: [] }).length,
      0,
    )
    expect(size).toBeLessThan(9_000)
  }
  const rows = planView(made, [], 'open', waits).parts.find((part) => part.part === 'rows')
  expect(rows?.rows.map(({ word, line }) => `${word}: ${lineText(line)}`)).toContain(
    'Blocker: and 140 blockers, 50 warnings more, in the thread',
  )
})
