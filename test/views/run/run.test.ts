import { describe, expect, test } from 'vitest'
import type { Attempt } from '../../../src/domain/run.ts'
import { done, failed, unneeded } from '../../../src/domain/outcome.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { runView } from '../../../src/views/run/run.ts'
import {
  answer,
  at,
  attempt,
  beforeDrain,
  beforeMigrate,
  lockedOut,
  lockTimeout,
  migrated,
  plan,
  run,
} from '../sample.ts'

const down = run({ windowBegan: at('03:01:12'), deadline: at('03:31:12') })
const lines = (...given: Parameters<typeof runView>) => plainText(runView(...given)).split('\n')
const admitted = (): Attempt[] => [
  ...beforeMigrate(),
  migrated(),
  attempt('verify', done({ passed: [{ check: 'a', found: 'b' }], seconds: 0.6 })),
  attempt('open', done({ roles: ['hrms_app'] })),
  attempt('start:hrms-api', done({ instances: 3, seconds: 4.2 })),
  attempt('smoke', done({ passed: [{ name: 'login', milliseconds: 40 }], seconds: 2 })),
  attempt('admit', done({ settled: [] }), { endedAt: at('03:01:25') }),
]

test('a run that is ready before the time that users were told says until when it waits', () => {
  const before = beforeDrain().filter(({ step }) => !/^(stop|close)/.test(step))
  const ready = run({ notBefore: at('03:10:00') })
  expect(lines(ready, before, null, at('03:01:10'))[0]).toBe(
    'HRMS is up. Ready, and waits until 03:10:00 UTC, the time that users were told. Then it goes down, for about 13 s',
  )
  expect(lines(ready, before, null, at('03:10:01'))[0]).toContain('Stop hrms-api')
})

test('the whole message while the database drains', () => {
  const draining = attempt('drain', null, {
    beganAt: at('03:01:14'),
    progress: { done: 39, of: 41, unit: 'sessions', at: null },
  })
  const approvals = [
    { person: 'U_DAN', says: 'reviewed' },
    { person: 'U_MEI', says: 'approved' },
  ]
  expect(lines(down, [...beforeDrain(), draining], null, at('03:01:16'), { approvals })).toEqual([
    'HRMS is down since 03:01:12 UTC, expected back 03:01:27 UTC. Step 8 of 16: Drain, 2 of 41 sessions still there',
    'AddSecurityEnhancements on hrms_master · run 7F3A-1 · written 03:01:16 UTC · older than a minute? lockkeeper status',
    'Done: Backup — 542 MB in 28 s, read through',
    'Done: Check — 1 check, all passed',
    'Done: Claim, Card, Baseline',
    'Done: Stop hrms-api — 3 instances, 0.4 s',
    'Done: Close — 4 roles kept out',
    'Now: Drain — 2 of 41 sessions still there',
    'Not run: Before · Deadline · Migrate · Verify · Open · Start hrms-api · Smoke · Admit',
    'Started by @U_ASHA at 03:00:40 UTC · approved by @U_DAN and @U_MEI',
    'Buttons: Cancel… · What happened',
  ])
})

describe('the first line', () => {
  const locked = lockedOut()
  const back = locked.attempts.map((a) =>
    a.step === 'migrate' ? { ...a, answer: answer({ choice: 'back-out' }) } : a,
  )
  const backup = run({ plan: plan({ kind: 'backup' }) })
  const dumping = attempt('backup', null, { progress: { done: 120e6, of: 542e6, unit: 'bytes', at: null } })

  test.each<[string, Parameters<typeof runView>, string]>([
    [
      'before anything began',
      [run(), [], null, at('03:00:41')],
      'HRMS is up. Step 1 of 16: Backup. It goes down later, for about 13 s',
    ],
    [
      'while it dumps',
      [run(), [dumping], null, at('03:00:50')],
      'HRMS is up. Step 1 of 16: Backup, 120 MB of about 542 MB. It goes down later, for about 13 s',
    ],
    [
      'of a backup alone',
      [backup, [dumping], null, at('03:00:50')],
      'HRMS is up. Step 1 of 1: Backup, 120 MB of about 542 MB. HRMS stays up',
    ],
    [
      'at a gate',
      [down, locked.attempts, locked.gate, at('03:02:13')],
      'HRMS is down since 03:01:12 UTC. Stopped at Migrate; hrms_master is unchanged. Waits for an answer',
    ],
    [
      'of an overdue step expects no past',
      [
        down,
        [...beforeMigrate(), attempt('migrate', null, { beganAt: at('03:01:20') })],
        null,
        at('03:04:00'),
      ],
      'HRMS is down since 03:01:12 UTC, expected back 03:04:07 UTC. Step 11 of 16: Migrate',
    ],
    [
      'after a cancel',
      [
        run({ windowBegan: at('03:01:12'), cancelBy: 'U_MEI' }),
        [...beforeDrain(), attempt('drain', null, { beganAt: at('03:01:14') })],
        null,
        at('03:01:14'),
      ],
      'HRMS is down since 03:01:12 UTC, expected back 03:01:27 UTC. Step 8 of 16: Drain. Cancelled by @U_MEI: it stops as soon as it can',
    ],
    [
      'on the way back',
      [down, [...back, attempt('back-out.verify', null, { beganAt: at('03:03:00') })], null, at('03:03:00')],
      'HRMS is down since 03:01:12 UTC, expected back 03:03:07 UTC. Going back. Step 1 of 5: Verify',
    ],
    [
      'once users are in',
      [down, admitted(), null, at('03:01:26')],
      'HRMS is back since 03:01:25 UTC: down for 13 s of about 13 s. The last step is done',
    ],
    [
      'at the end',
      [{ ...down, endedAt: at('03:01:26'), ending: 'done' }, admitted(), null, at('03:01:26')],
      'HRMS is back since 03:01:25 UTC: down for 13 s of about 13 s. AddSecurityEnhancements is on hrms_master',
    ],
  ])('%s', (_, given, line) => {
    expect(lines(...given)[0]).toBe(line)
  })
})

test('at a gate it links to the question, which alone has the choices and buttons, and the steps keep their place', () => {
  const { gate, attempts } = lockedOut()
  const before = lines(down, beforeMigrate(), null, at('03:02:00'))
  const asked = lines(down, attempts, gate, at('03:02:13'))
  expect(asked.slice(2, 9)).toEqual(before.slice(2, 9))
  expect(asked[9]).toBe('Failed: Migrate — needs a decision')
  expect(asked.slice(-3)).toEqual([
    'Started by @U_ASHA at 03:00:40 UTC',
    'To answer: the question has its choices in #migrations.',
    'Buttons: What happened',
  ])
  const { parts } = runView(down, attempts, gate, at('03:02:13'))
  expect(parts.at(-1)).toMatchObject({
    line: expect.arrayContaining([{ channel: '#migrations', message: `gate:${gate.id}` }]),
  })
})

test('on the way back two headings tell apart what was done, failed and not run before, and the way back: a step has one state below each', () => {
  const { attempts } = lockedOut()
  const record = attempts.map((a) =>
    a.step === 'migrate' ? { ...a, answer: answer({ choice: 'back-out' }) } : a,
  )
  expect(
    lines(
      down,
      [
        ...record,
        attempt('back-out.verify', done({ passed: [], seconds: 1 })),
        attempt('back-out.open', null),
      ],
      null,
      at('03:03:02'),
    ).slice(2, -2),
  ).toEqual([
    'Going back, chosen by @U_MEI: hrms_master is unchanged.',
    'Forward, until it turned back',
    'Done: Backup, Check, Claim, Card, Baseline, Stop hrms-api, Close, Drain, Before, Deadline',
    'Failed: Migrate — ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times i…',
    'Not run: Verify · Open · Start hrms-api · Smoke · Admit',
    'Back',
    'Done: Verify',
    'Now: Open',
    'Not run: Start hrms-api · Smoke · Admit',
  ])
})

test('a step that somebody cancelled names them, and is no id', () => {
  const record = [
    ...beforeDrain(),
    attempt('drain', failed({ code: 'cancelled', by: 'U_MEI' }), { answer: answer({ choice: 'back-out' }) }),
    attempt('back-out.verify', null),
  ]
  const rows = runView(down, record, null, at('03:03:02')).parts.flatMap((part) =>
    part.part === 'rows' ? part.rows : [],
  )
  expect(rows.find(({ word }) => word === 'Failed')?.line).toContainEqual({ person: 'U_MEI' })
})

test('a way back that the clock chose says so', () => {
  const { attempts } = lockedOut()
  const record = attempts.map((a) =>
    a.step === 'migrate' ? { ...a, answer: answer({ choice: 'back-out', by: 'clock', via: 'clock' }) } : a,
  )
  expect(lines(down, record, null, at('03:31:13'))[2]).toMatch(/^Going back, since nobody answered in time: /)
})

describe('a row', () => {
  const row = (outcome: Attempt['outcome'], given: Partial<Attempt> = {}) =>
    lines(
      down,
      [...beforeMigrate(), migrated(), attempt('verify', outcome, given)],
      null,
      at('03:02:00'),
    ).find((line, i) => i > 1 && line.includes('Verify'))
  const problem = lockTimeout()
  test.each<[string, Parameters<typeof row>, string]>([
    ['of a step that had nothing to do', [unneeded('already-so')], 'Skipped: Verify — it was so already'],
    [
      'of a step that asks',
      [{ status: 'asks', question: { code: 'had-begun', began: at('03:01:00'), choices: ['retry'] } }],
      'Waits for you: Verify — needs a decision',
    ],
    ['of a step that is tried again', [failed(problem), { answer: answer() }], 'Now: Verify — once more'],
    [
      'of a step that somebody passed over',
      [failed(problem), { answer: answer({ choice: 'go-on' }) }],
      'Failed: Verify — @U_MEI went on',
    ],
    ['of facts that another release wrote', [done({ other: 1 })], 'Done: Verify'],
  ])('%s', (_, given, line) => {
    expect(row(...given)).toBe(line)
  })
})

describe('buttons', () => {
  const labels = (...given: Parameters<typeof runView>) => runView(...given).actions.map(({ label }) => label)
  test.each<[string, Parameters<typeof runView>, string[]]>([
    [
      'a run under way can be cancelled',
      [down, beforeDrain(), null, at('03:02:00')],
      ['Cancel…', 'What happened'],
    ],
    ['a cancelled one not twice', [run({ cancelBy: 'U_MEI' }), [], null, at('03:02:00')], ['What happened']],
    ['nor one whose users are in', [down, admitted(), null, at('03:02:00')], ['What happened']],
    [
      'nor one that has ended',
      [run({ endedAt: at('03:01:00'), ending: 'backed-out' }), [], null, at('03:02:00')],
      ['What happened'],
    ],
  ])('%s', (_, given, expected) => {
    expect(labels(...given)).toEqual(expected)
  })
})

test('whether the database changed is only said where it is known', () => {
  const said = (outcome: Attempt['outcome'], of = down) => {
    const problem = { code: 'service-not-running', service: 'a' } as const
    const gate = { ...lockedOut().gate, question: { code: 'step-failed' as const, problem, choices: [] } }
    return lines(of, [...beforeMigrate(), attempt('migrate', outcome)], gate, at('03:02:00'))[0]
  }
  expect(said(failed({ code: 'session-lost', host: 'h', during: 'Migrate', errno: 'ECONNRESET' }))).toContain(
    'whether hrms_master changed is not known yet; it is looked at before anything else is done',
  )
  const inParts = plan()
  const script = inParts.approved.prepared?.up.scripts[0]
  script?.units.push(...script.units)
  expect(said(failed(lockTimeout()), { ...down, plan: inParts })).toContain(
    'parts of AddSecurityEnhancements may be on hrms_master: it does not commit as a whole',
  )
})
