import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { Attempt } from '../../../src/domain/run.ts'
import { done, failed } from '../../../src/domain/outcome.ts'
import { endingView } from '../../../src/views/run/ending.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { standingOf } from '../../../src/views/run/standing.ts'
import { databaseLine } from '../../../src/views/run/state.ts'
import { answer, at, attempt, beforeDrain, beforeMigrate, lockedOut, migrated, plan, run } from '../sample.ts'

const verified = attempt(
  'verify',
  done({ passed: Array.from({ length: 14 }, () => ({ check: 'c', found: 'f' })), seconds: 0.6 }),
)
const smoked = attempt(
  'smoke',
  done({ passed: Array.from({ length: 5 }, () => ({ name: 'n', milliseconds: 1 })), seconds: 2 }),
)
const admit = (id: string, clock: string) => attempt(id, done({ settled: [] }), { endedAt: at(clock) })
const ended = { windowBegan: at('03:01:12'), endedAt: at('03:03:20') }
const changed: Problem = {
  code: 'verification-failed',
  failed: [{ check: 'History', expected: '1', found: '2' }],
}
const passedOver = (id: string, problem: Problem) =>
  attempt(id, failed(problem), { answer: answer({ choice: 'go-on', by: 'U_DAN' }) })
const turned = (choice: 'back-out' | 'roll-back', via: 'slack' | 'clock' = 'slack'): Attempt[] =>
  lockedOut().attempts.map((a) => (a.step === 'migrate' ? { ...a, answer: answer({ choice, via }) } : a))

describe('how a run ended', () => {
  test.each<[string, Parameters<typeof endingView>, unknown[]]>([
    [
      'done',
      [
        run({ ...ended, ending: 'done' }),
        [...beforeMigrate(), migrated(), verified, smoked, admit('admit', '03:01:25')],
      ],
      [
        'HRMS is back since 03:01:25 UTC: down for 13 s of about 13 s. AddSecurityEnhancements is on hrms_master',
        'Passed: 14 of 14 verifications, 5 of 5 functional checks',
        'Migrate: 1 statement in 30 ms',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'What a rollback would lose is counted when you ask for one, before anything is touched.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Roll back… · What happened',
      ],
    ],
    [
      'done after somebody answered: what people took is said, and no estimate is blamed for it',
      [
        run({ ...ended, ending: 'done' }),
        [
          ...beforeMigrate().slice(0, -3),
          attempt(
            'drain',
            { status: 'asks', question: { code: 'had-begun', began: at('03:01:12'), choices: ['retry'] } },
            { beganAt: at('03:01:13'), endedAt: at('03:01:15'), answer: answer() },
          ),
          attempt('drain', done({ seconds: 0, left: 0, ended: [], endedBy: null }), {
            attempt: 2,
            beganAt: at('03:01:19'),
            endedAt: at('03:01:20'),
          }),
          admit('admit', '03:01:26'),
        ],
      ],
      [
        'HRMS is back since 03:01:26 UTC: down for 14 s, of which 4 s waited for an answer, beside about 13 s that were planned. AddSecurityEnhancements is on hrms_master',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'What a rollback would lose is counted when you ask for one, before anything is touched.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Roll back… · What happened',
      ],
    ],
    [
      'backed out',
      [run({ ...ended, ending: 'backed-out' }), [...turned('back-out'), admit('back-out.admit', '03:03:19')]],
      [
        'HRMS is back since 03:03:19 UTC: down for 2 min 07 s of about 13 s. Nothing was migrated: hrms_master is as before',
        'Stopped at Migrate, @U_MEI chose to go back: ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03): held by session 4242 (reporting, idle in transaction since 02:39:10 UTC, 23 min). Each try was rolled back as a whole.',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Nothing to do now. When the cause is gone, plan 7F3A can be run again while its approvals hold.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Run again… · Plan again · What happened',
      ],
    ],
    [
      'cancelled',
      [
        run({ ...ended, ending: 'backed-out' }),
        [
          ...beforeMigrate(),
          attempt('migrate', failed({ code: 'cancelled', by: 'U_ASHA' }), {
            answer: answer({ choice: 'back-out', by: 'U_ASHA' }),
          }),
          admit('back-out.admit', '03:03:19'),
        ],
      ],
      [
        'HRMS is back since 03:03:19 UTC: down for 2 min 07 s of about 13 s. Nothing was migrated: hrms_master is as before',
        'Cancelled at Migrate by @U_ASHA',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Nothing to do now. Plan 7F3A can be run again while its approvals hold.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Run again… · Plan again · What happened',
      ],
    ],
    [
      'rolled back',
      [
        run({ ...ended, ending: 'rolled-back' }),
        [...beforeMigrate(), migrated(), admit('roll-back.admit', '03:03:19')],
      ],
      [
        'HRMS is back since 03:03:19 UTC: down for 2 min 07 s of about 13 s. AddSecurityEnhancements was taken back: hrms_master is as before',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Plan again · What happened',
      ],
    ],
    [
      'backed out over a look that found the database changed',
      [
        run({ ...ended, ending: 'backed-out' }),
        [...turned('back-out'), passedOver('back-out.verify', changed), admit('back-out.admit', '03:03:19')],
      ],
      [
        'HRMS is back since 03:03:19 UTC: down for 2 min 07 s of about 13 s, but hrms_master is not as before, and @U_DAN went on',
        'Stopped at Migrate, @U_MEI chose to go back: ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03): held by session 4242 (reporting, idle in transaction since 02:39:10 UTC, 23 min). Each try was rolled back as a whole.',
        'Passed over at Verify by @U_DAN: 1 verification failed: History: expected 1, saw 2.',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Look at what differs while users work. A new plan is made from what is on the database then.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Plan again · What happened',
      ],
    ],
    [
      'rolled back over a look that was not possible',
      [
        run({ ...ended, ending: 'rolled-back' }),
        [
          ...beforeMigrate(),
          { ...migrated(), answer: answer({ choice: 'roll-back' }) },
          passedOver('roll-back.verify', {
            code: 'session-lost',
            host: 'db',
            during: 'verify',
            errno: 'ETIMEDOUT',
          }),
          admit('roll-back.admit', '03:03:19'),
        ],
      ],
      [
        'HRMS is back since 03:03:19 UTC: down for 2 min 07 s of about 13 s, but nobody knows whether hrms_master is as before: it could not be looked at, and @U_DAN went on',
        'Stopped at Migrate, @U_MEI chose to go back',
        expect.stringMatching(/^Passed over at Verify by @U_DAN: /),
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Look at what differs while users work. A new plan is made from what is on the database then.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Plan again · What happened',
      ],
    ],
    [
      'backed out before anybody was out',
      [run({ endedAt: at('03:00:50'), ending: 'backed-out' }), []],
      [
        'HRMS is up. Nothing was migrated: hrms_master is as before',
        'Nothing to do now. When the cause is gone, plan 7F3A can be run again while its approvals hold.',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: Run again… · Plan again · What happened',
      ],
    ],
    [
      'a backup',
      [
        run({ plan: plan({ kind: 'backup' }), endedAt: at('03:01:28'), ending: 'done' }),
        beforeDrain().slice(0, 1),
      ],
      [
        'Backup of hrms_master is made at 03:01:28 UTC. HRMS stayed up',
        'Backup B-7F3A: 542 MB of 2.4 GB, 12 tables, 28 s, read through to its end',
        'Run 7F3A-1, started by @U_ASHA',
        'Buttons: What happened',
      ],
    ],
  ])('%s', (_, given, lines) => {
    expect(plainText(endingView(...given)).split('\n')).toEqual(lines)
  })

  test('a migration that went on over a failed look says so, with what was found', () => {
    const record = [...beforeMigrate(), migrated(), passedOver('verify', changed), admit('admit', '03:01:25')]
    const lines = plainText(endingView(run({ ...ended, ending: 'done' }), record)).split('\n')
    expect(lines).toContain(
      'Passed over at Verify by @U_DAN: 1 verification failed: History: expected 1, saw 2.',
    )
  })

  test('a rollback that went back over a look is planned again from its migration, and not run again', () => {
    const rollback = run({ ...ended, plan: plan({ kind: 'rollback' }), ending: 'backed-out' })
    const record = [...turned('back-out'), passedOver('back-out.verify', changed)]
    const { actions } = endingView(rollback, record)
    expect(actions.map(({ command, input }) => [command, input])).toEqual([
      ['rollback', { run: '6C4D-1' }],
      ['status', { run: '7F3A-1' }],
    ])
    expect(lineText(databaseLine(standingOf(rollback, record, null)))).toMatch(
      /^hrms_master is not as before/,
    )
  })

  test('a rollback says where what it took away is kept', () => {
    const down = attempt(
      'migrate',
      done({
        move: { from: '2', to: '1' },
        statements: [],
        by: 'scripts',
        attempts: 1,
        seconds: 1,
        lsn: '0/1',
        saved: [{ table: 'lockkeeper_kept.x', rows: 212 }],
        reconciled: false,
      }),
    )
    const text = plainText(
      endingView(run({ ...ended, plan: plan({ kind: 'rollback' }), ending: 'done' }), [
        down,
        admit('admit', '03:01:25'),
      ]),
    )
    expect(text).toContain('AddSecurityEnhancements is no longer on hrms_master')
    expect(text).toContain('Kept before they were dropped: 212 rows in lockkeeper_kept.x')
    expect(text).not.toContain('Roll back…')
  })

  test('what the clock chose is said to be nobody’s choice', () => {
    expect(
      plainText(endingView(run({ ...ended, ending: 'backed-out' }), turned('back-out', 'clock'))),
    ).toContain('Stopped at Migrate, nobody answered in time: ALTER TABLE')
  })
})

test('a run whose migration was taken back afterwards says so, and offers no rollback', () => {
  const view = endingView(run({ ...ended, ending: 'done' }), [], { id: 'K2M9-1', endedAt: at('04:10:00') })
  expect(plainText(view)).toMatch(
    /^Rolled back by run K2M9-1 at .*04:10:00 UTC: AddSecurityEnhancements is no longer on hrms_master\nRun 7F3A-1/,
  )
  expect(view.actions).toEqual([])
})
