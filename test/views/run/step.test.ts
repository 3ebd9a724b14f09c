import { describe, expect, test } from 'vitest'
import type { Event } from '../../../src/domain/event.ts'
import type { Outcome } from '../../../src/domain/outcome.ts'
import { done, failed, unneeded } from '../../../src/domain/outcome.ts'
import { eventLine, eventView } from '../../../src/views/run/events.ts'
import { lineText, plainText } from '../../../src/views/words/plain.ts'
import { progressLine } from '../../../src/views/run/step-facts.ts'
import { stepView } from '../../../src/views/run/step.ts'
import { answer, at, beforeDrain, migrated, plan, run } from '../sample.ts'

const backup = beforeDrain()[0]?.outcome as Outcome
const migratedFacts = () => {
  const { outcome } = migrated()
  return outcome?.status === 'done' ? (outcome.facts as object) : {}
}
const lines = (step: string, outcome: Outcome) =>
  plainText(stepView(run(), step, outcome, at('03:01:12'))).split('\n')

describe('a step as it ends', () => {
  test.each<[string, string, Outcome, string[]]>([
    [
      'a backup shows where it is and what proves it',
      'backup',
      backup,
      [
        'Done: Backup at 03:01:12 UTC — 542 MB in 28 s, read through',
        'B-7F3A: /b/1.dump.zst, 542 MB of 2.4 GB in the database, 12 tables',
        `SHA-256 ${'cc'.repeat(32)}, log position 0/1`,
      ],
    ],
    [
      'a check shows what it noticed',
      'check',
      done({
        at: at('03:01:12'),
        checks: [
          { name: 'a', findings: [] },
          {
            name: 'b',
            findings: [{ level: 'warning', problem: { code: 'service-not-running', service: 'hrms-api' } }],
          },
        ],
      }),
      [
        'Done: Check at 03:01:12 UTC — 2 checks, 1 finding',
        'Warning: hrms-api is not running. A run starts what it stopped: it would leave this service stopped.',
        'Passed: 1 more check',
      ],
    ],
    [
      'a claim names the database',
      'claim',
      done({ identity: plan().approved.identity, fenced: 2 }),
      [
        'Done: Claim at 03:01:12 UTC — 2 sessions of a dead run ended',
        'hrms_master on db-prod-1:5432, system 7, timeline 1; held for this run alone',
      ],
    ],
    [
      'a close names who is out and who still enters',
      'close',
      done({ rolesKeptOut: ['hrms_app', 'reporting'], stillEnter: ['postgres'] }),
      [
        'Done: Close at 03:01:12 UTC — 2 roles kept out; 1 superuser still enters',
        'Kept out: hrms_app, reporting',
        'Superusers still enter: postgres',
      ],
    ],
    [
      'a drain names whom somebody ended',
      'drain',
      done({
        seconds: 9,
        left: 0,
        ended: [{ pid: 4242, role: 'reporting', application: 'Metabase' }],
        endedBy: 'U_MEI',
      }),
      [
        'Done: Drain at 03:01:12 UTC — empty after 9 s, 1 session ended',
        'Ended by @U_MEI: 4242 (reporting, Metabase)',
      ],
    ],
    [
      'a migration shows its statements with their times',
      'migrate',
      migrated().outcome as Outcome,
      [
        'Done: Migrate at 03:01:12 UTC — 1 statement in 30 ms',
        'From 20251111125329_InitialMasterDb to 20251113040317_AddSecurityEnhancements',
        '- line 2: ALTER TABLE, 25 ms; took ACCESS EXCLUSIVE on master."T"',
        'Log position after the commit 0/16B3748',
      ],
    ],
    [
      'a program that failed after its last commit has migrated, and is not said to have come back',
      'migrate',
      done({
        ...migratedFacts(),
        by: 'bundle',
        attempts: 2,
        ended: { exitCode: 3, signal: null, says: 'It broke.' },
      }),
      [
        'Done: Migrate at 03:01:12 UTC — 1 migration in 30 ms, by the bundle, at the 2nd try; it failed after its last commit',
        'From 20251111125329_InitialMasterDb to 20251113040317_AddSecurityEnhancements',
        '- ALTER TABLE, 25 ms; took ACCESS EXCLUSIVE on master."T"',
        '2 tries; each but the last ended at a lock',
        'The bundle failed after its last commit (exit code 3): It broke.',
        'Log position after the commit 0/16B3748',
      ],
    ],
    [
      'a verification shows each check with what it found',
      'verify',
      done({ passed: [{ check: 'history', found: '2_B' }], seconds: 0.1 }),
      ['Done: Verify at 03:01:12 UTC — 1 of 1 passed', '- history: 2_B'],
    ],
    [
      'a smoke shows each request with its time',
      'smoke',
      done({ passed: [{ name: 'login', milliseconds: 40 }], seconds: 2 }),
      ['Done: Smoke at 03:01:12 UTC — 1 of 1 passed, 2 s', '- login: 40 ms'],
    ],
    [
      'a step that had nothing to do says why',
      'open',
      unneeded('nothing-taken'),
      ['Skipped: Open at 03:01:12 UTC — nothing was taken that had to be given back'],
    ],
    [
      'a failure says what it means and what comes next',
      'start:hrms-api',
      failed({
        code: 'service-failed',
        service: 'hrms-api',
        doing: 'start',
        reason: 'it ended at once',
        exitCode: 3,
      }),
      [
        'Failed: Start hrms-api at 03:01:12 UTC — hrms-api could not be started: it ended at once, exit code 3.',
        'Next: Look at the service’s log on its host. Then retry, or go back.',
      ],
    ],
    [
      'a question is not asked twice',
      'drain',
      { status: 'asks', question: { code: 'had-begun', began: at('03:01:00'), choices: ['retry'] } },
      ['Waits for you: Drain since 03:01:12 UTC — the question is in the channel'],
    ],
    [
      'facts of another release leave the state',
      'migrate',
      done({ shape: 'other' }),
      ['Done: Migrate at 03:01:12 UTC'],
    ],
    ['a step of another release leaves its id', 'pause', done({}), ['Done: pause at 03:01:12 UTC']],
  ])('%s', (_, step, outcome, expected) => {
    expect(lines(step, outcome)).toEqual(expected)
  })
})

test.each([
  [{ done: 120e6, of: 542e6, unit: 'bytes', at: null }, '120 MB of about 542 MB'],
  [{ done: 120e6, of: null, unit: 'bytes', at: null }, '120 MB'],
  [{ done: 39, of: 41, unit: 'sessions', at: null }, '2 of 41 sessions still there'],
  [{ done: 3, of: 10, unit: 'attempts', at: null }, '3rd try of 10'],
  [{ done: 11, of: null, unit: 'attempts', at: null }, '11th try'],
  [{ done: 4, of: 14, unit: 'statements', at: 'ALTER TABLE' }, '4 of 14 statements (ALTER TABLE)'],
  [{ done: 12, of: 30, unit: 'seconds', at: null }, '12 s of at most 30 s'],
  [{ done: 1, of: 5, unit: 'requests', at: null }, '1 of 5 requests'],
] as const)('progress %o is said as %s', (progress, words) => {
  expect(lineText(progressLine(progress))).toBe(words)
})

describe('an event', () => {
  const event = (happened: object, by = 'U_MEI') =>
    ({ seq: 1, at: at('03:01:53'), by, run: '7F3A-1', plan: '7F3A', ...happened }) as Event
  const gate = '7F3A-1/back-out.start:hrms-api/2'

  test.each<[object, string]>([
    [{ is: 'plan.made' }, 'plan 7F3A made by @U_MEI'],
    [{ is: 'plan.measured' }, 'plan 7F3A made again by @U_MEI: nothing has changed'],
    [{ is: 'plan.approved', says: 'reviewed' }, 'plan 7F3A reviewed by @U_MEI'],
    [{ is: 'plan.discarded' }, 'plan 7F3A discarded by @U_MEI'],
    [{ is: 'run.started' }, 'started by @U_MEI'],
    [
      { is: 'run.resumed', step: 'migrate', lastSeen: at('03:01:13') },
      'Lockkeeper is back, it was away since 03:01:13 UTC; Migrate had begun',
    ],
    [{ is: 'run.cancelled' }, 'cancelled by @U_MEI'],
    [{ is: 'step.ended', step: 'drain', attempt: 1, outcome: done({}) }, 'Drain done'],
    [
      {
        is: 'step.ended',
        step: 'drain',
        attempt: 1,
        outcome: failed({ code: 'service-not-running', service: 'a' }),
      },
      'Drain failed: a is not running.',
    ],
    [{ is: 'gate.opened', gate }, 'asks at Start hrms-api'],
    [{ is: 'gate.left', gate }, 'left as it is by @U_MEI'],
    [
      { is: 'gate.answered', gate, answer: answer({ via: 'terminal' }) },
      'Retry chosen by @U_MEI, in the terminal',
    ],
    [
      { is: 'gate.answered', gate, answer: answer({ choice: 'back-out', via: 'clock' }) },
      'nobody answered in time: Go back',
    ],
    [{ is: 'run.ended', ending: 'backed-out' }, 'ended: backed out'],
    [
      { is: 'run.escalated', alarm: 'a', reason: 'payroll stands still', critical: true },
      '@U_MEI calls for help, critical business impact: payroll stands still',
    ],
    [
      { is: 'step.late', alarm: 'a', step: 'drain', attempt: 1, expectedSeconds: 6 },
      'Drain takes longer than planned (6 s)',
    ],
    [
      {
        is: 'alarm.pinged',
        alarm: 'a',
        steps: [{ place: 0, at: at('03:01:12') }],
        people: [],
        asked: [],
        untold: [],
        inChannel: true,
      },
      'pinged: step 1',
    ],
    [{ is: 'alarm.closed', alarm: 'a' }, 'nobody is called any more'],
    [
      { is: 'run.taken', from: 'U_DAN', until: at('03:01:12'), gate: null, alarms: [] },
      'acknowledged by @U_MEI, before it @U_DAN was asked',
    ],
    [
      { is: 'hold.lapsed', holder: 'U_MEI', since: at('03:01:12'), gate: null, alarms: [] },
      'nothing changed since @U_MEI acknowledged: others are pinged again',
    ],
  ])('%o is one line', (happened, words) => {
    expect(lineText(eventLine(event(happened), run()))).toBe(`03:01:53 UTC · ${words}`)
  })

  test('a takeover says from when to when nobody was there, and what happens now', () => {
    const view = eventView(
      run(),
      event({ is: 'run.resumed', step: 'migrate', lastSeen: at('03:01:13') }, 'lockkeeper'),
    )
    expect(plainText(view)).toBe(
      'Lockkeeper was away from 03:01:13 UTC to 03:01:53 UTC. Migrate had begun\n' +
        'What it left on the database is ended or waited out first. Then it is looked at: done already, it goes on; not done, it is done again; where that cannot be seen, you are asked.',
    )
  })
})
