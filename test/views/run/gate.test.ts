import path from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { Question, QuestionCode } from '../../../src/domain/question.ts'
import type { Reached } from '../../../src/domain/reached.ts'
import { askings, gateView } from '../../../src/views/run/gate.ts'
import { done, failed } from '../../../src/domain/outcome.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import {
  answer,
  at,
  attempt,
  beforeDrain,
  beforeMigrate,
  gate,
  lockedOut,
  migrated,
  run,
  session,
} from '../sample.ts'

const down = run({ windowBegan: at('03:01:12'), deadline: at('03:31:12') })
const batch = session({
  pid: 4300,
  role: 'hrms_batch',
  application: 'payroll-job',
  client: '10.0.0.9',
  state: 'active',
  stateSince: at('03:00:32'),
  wrote: true,
  command: 'UPDATE',
})
const left: Question = {
  code: 'sessions-left',
  sessions: [session(), batch],
  ended: 0,
  changed: [],
  choices: ['terminate', 'wait', 'back-out'],
  lapses: { at: at('03:31:12'), as: 'back-out' },
}

test('sessions that are left are shown with what ending each of them costs', () => {
  const asks = attempt('drain', { status: 'asks', question: left })
  expect(plainText(gateView(gate('drain', left), down, [...beforeDrain(), asks]))).toBe(
    [
      'HRMS is down since 03:01:12 UTC. 2 sessions are still on hrms_master; HRMS stays down while we wait. @U_ASHA, please choose',
      '- 4242 · reporting · Metabase · 10.0.0.5 · idle in transaction since 02:39:10 UTC (22 min), last SELECT — its open transaction wrote nothing: nothing is lost',
      '- 4300 · hrms_batch · payroll-job · 10.0.0.9 · active since 03:00:32 UTC (40 s), last UPDATE — its open transaction is rolled back; what it committed stays',
      'Lockkeeper checks every few seconds: when no session is left, the run goes on without an answer.',
      '1. Choose — ends the sessions that you tick: their open transactions are rolled back, what they committed stays, then looks again; HRMS stays down',
      '2. Wait 30 s — waits 30 s more for them to leave by themselves, then asks again; HRMS stays down',
      '3. Go back — HRMS is back in about 7 s; nothing is migrated, nothing is lost',
      'Without an answer: at 03:31:12 UTC we go back by ourselves.',
      'Waiting for a decision since 03:01:12 UTC. Anyone in migration-operators can answer. Without Slack: lockkeeper answer 7F3A-1',
      'Buttons: Choose… · Wait 30 s · Go back…',
    ].join('\n'),
  )
})

test('a lock that was not had names its holder, numbers the choices and says when the clock answers', () => {
  const { gate: asked, attempts } = lockedOut()
  expect(plainText(gateView(asked, down, attempts))).toBe(
    [
      'HRMS is down since 03:01:12 UTC. Stopped at Migrate; hrms_master is unchanged. @U_ASHA, please choose',
      'ALTER TABLE master."RefreshTokens" ADD "EmployeeId" uuid did not get its lock, 10 times in 1 min (55P03): held by session 4242 (reporting, idle in transaction since 02:39:10 UTC, 22 min). Each try was rolled back as a whole.',
      'Lockkeeper checks every few seconds: when the session that held the lock has released it, the run goes on without an answer.',
      '1. End 4242, retry — ends session 4242 (reporting): it wrote nothing that would be lost, then does the step again',
      '2. Retry — fails again while 4242 stays',
      '3. Go back — HRMS is back in about 7 s; nothing is migrated, nothing is lost',
      '4. Leave down — nothing changes, the question stays open; HRMS stays down',
      'Without an answer: at 03:28:00 UTC we go back by ourselves.',
      'Waiting for a decision since 03:01:12 UTC. Anyone in migration-operators can answer. Without Slack: lockkeeper answer 7F3A-1',
      'Buttons: End 4242, retry… · Retry · Go back… · Leave down',
    ].join('\n'),
  )
})

describe('the state of each question, in one line', () => {
  const stopped = { code: 'service-not-running', service: 'hrms-api' } as const
  const cases: { [C in QuestionCode]: [step: string, question: Question, line: string] } = {
    'step-failed': [
      'smoke',
      { code: 'step-failed', problem: stopped, choices: ['retry'] },
      'HRMS is down since 03:01:12 UTC. Stopped at Smoke; AddSecurityEnhancements is on hrms_master. @U_ASHA, please choose',
    ],
    'sessions-left': [
      'drain',
      { ...left, sessions: [batch] } as Question,
      'HRMS is down since 03:01:12 UTC. 1 session is still on hrms_master; HRMS stays down while we wait. @U_ASHA, please choose',
    ],
    'new-blockers': [
      'check',
      { code: 'new-blockers', problems: [stopped, stopped], choices: ['retry'] },
      'HRMS is down since 03:01:12 UTC. Looked at again, there are 2 new blockers that nobody approved; nothing was begun. @U_ASHA, please choose',
    ],
    'before-admit': [
      'admit',
      { code: 'before-admit', passed: 19, choices: ['go-on'] },
      'HRMS is down since 03:01:12 UTC. Verified. Next is Admit: once users are in, a rollback may lose data. @U_ASHA, please choose',
    ],
    'had-begun': [
      'open',
      { code: 'had-begun', began: at('03:01:14'), choices: ['retry'] },
      'HRMS is down since 03:01:12 UTC. Lockkeeper ended while it was at Open; AddSecurityEnhancements is on hrms_master. @U_ASHA, please choose',
    ],
    'loss-grew': [
      'migrate',
      { code: 'loss-grew', accepted: 200, counted: 1212, choices: ['go-on'] },
      'HRMS is down since 03:01:12 UTC. A rollback would lose 1,212 rows now; 200 were accepted. Nothing was deleted. @U_ASHA, please choose',
    ],
    'card-undelivered': [
      'stop',
      {
        code: 'card-undelivered',
        channel: '#migrations',
        error: 'not_in_channel',
        file: '/var/lib/lockkeeper/runs/7F3A-1/break-glass.txt',
        choices: ['wait', 'back-out', 'go-on'],
      },
      'HRMS is down since 03:01:12 UTC. The break-glass card could not be delivered to #migrations; no service was stopped. @U_ASHA, please choose',
    ],
    'changed-meanwhile': [
      'open',
      { code: 'changed-meanwhile', what: 'who may connect', expected: 'a', found: 'b', choices: ['retry'] },
      'HRMS is down since 03:01:12 UTC. Somebody changed who may connect meanwhile; it was not overwritten. @U_ASHA, please choose',
    ],
    'unexpected-state': [
      'smoke',
      { code: 'unexpected-state', differences: [], notUndone: [], repeats: [], choices: ['retry'] },
      'HRMS is up; it went down at 03:01:12 UTC and users were let in by hand. Run 7F3A-1 was undone by hand: hrms_master and its services are as before the run. Lockkeeper touched nothing. @U_ASHA, please choose',
    ],
  }

  test('every question has words', () => {
    expect(Object.keys(askings).toSorted()).toEqual(Object.keys(cases).toSorted())
  })

  test.each(Object.values(cases))('at %s', (step, question, line) => {
    const view = gateView(gate(step, question), down, [...beforeMigrate(), migrated()])
    expect(plainText(view).split('\n')[0]).toBe(line)
  })

  test('what a dead process committed of a migration is said: no one has to look for it', () => {
    const question: Question = { code: 'had-begun', began: at('03:01:14'), choices: ['retry'] }
    const asks = { status: 'asks' as const, question }
    const said = (reached: Reached) => {
      const left = [...beforeMigrate(), attempt('migrate', { ...asks, reached })]
      return plainText(gateView(gate('migrate', question), down, left))
    }
    expect(said({ between: '1_A' })).toContain(
      'it was at Migrate; hrms_master was moved a part of the way: its history ends at 1_A',
    )
    expect(said({ between: '1_A' })).toContain('What of it is committed is known')
    expect(said({ half: '1_A' })).toContain('a part of 1_A is on hrms_master: it does not commit as a whole')
    expect(said({ unknown: '9_Z' })).toContain('Whether it took effect cannot be seen from here')
  })

  test('a question of a newer release is said as it is, with its choices', () => {
    const view = gateView(gate('drain', { code: 'from-the-future', choices: ['retry'] } as never), down, [])
    expect(plainText(view)).toContain('Stopped at Drain: from-the-future')
    expect(view.actions.map(({ label }) => label)).toEqual(['Retry'])
  })
})

describe('a step of a way back that failed', () => {
  const stopped: Problem = { code: 'service-not-running', service: 'hrms-api' }
  const turned = (choice: 'back-out' | 'roll-back') => [
    ...beforeMigrate(),
    attempt('migrate', failed(stopped), { answer: answer({ choice }) }),
  ]
  const said = (choice: 'back-out' | 'roll-back', attempts = turned(choice)): string => {
    const question: Question = { code: 'step-failed', problem: stopped, choices: ['retry', 'leave'] }
    return plainText(gateView(gate(`${choice}.start:hrms-api`, question), down, attempts))
  }

  test('names the card that has the commands, and says that no way leads forward from there', () => {
    expect(said('roll-back')).toContain(
      'This run can only end on its way back; the migration is planned again after that. If Retry goes on failing: the break-glass card, in this run’s thread and in /runs/7F3A-1/card.txt on Lockkeeper’s host, has every command for what is left',
    )
  })

  test('where nothing was migrated the way back is all that there is to say', () => {
    expect(said('back-out')).toMatch(/\nIf Retry goes on failing: the break-glass card/)
    expect(said('back-out')).not.toContain('planned again')
  })

  test('says nothing of a card that was never written', () => {
    expect(said('roll-back', turned('roll-back').slice(-1))).not.toContain('card')
  })
})

describe('an answered question', () => {
  const answered = (given: Parameters<typeof answer>[0]) =>
    gate('drain', left, { answer: answer(given), answeredAt: at('03:01:22') })
  const asks = attempt('drain', { status: 'asks', question: left })

  test.each<[string, Parameters<typeof answer>[0], ReturnType<typeof attempt>[], string[]]>([
    [
      'says who chose what',
      { choice: 'wait' },
      [],
      ['Answered: Wait — @U_MEI at 03:01:22 UTC. Nothing to do here'],
    ],
    [
      'says that nobody did',
      { choice: 'back-out', by: 'clock', via: 'clock' },
      [],
      ['Answered: Go back — nobody answered at 03:01:22 UTC. Nothing to do here'],
    ],
    [
      'names the sessions that were ended',
      { choice: 'terminate' },
      [
        attempt(
          'drain',
          done({
            seconds: 9,
            left: 0,
            ended: [{ pid: 4242, role: 'reporting', application: 'Metabase' }],
            endedBy: 'U_MEI',
          }),
          { attempt: 2 },
        ),
      ],
      ['Answered: End sessions — @U_MEI at 03:01:22 UTC. Nothing to do here', 'Ended 4242 (reporting).'],
    ],
    [
      'names those that were not touched, since they had begun something else',
      { choice: 'terminate' },
      [
        attempt(
          'drain',
          { status: 'asks', question: { ...left, ended: 1, changed: [batch] } as Question },
          { attempt: 2 },
        ),
      ],
      [
        'Answered: End sessions — @U_MEI at 03:01:22 UTC. Nothing to do here',
        'Ended 1 session; 4300 began another transaction and was not touched. It asks again in a new message.',
      ],
    ],
  ])('%s, and has no buttons', (_, given, later, lines) => {
    const view = gateView(answered(given), down, [...beforeDrain(), asks, ...later])
    expect(view.actions).toEqual([])
    expect(plainText(view).split('\n')).toEqual([
      ...lines,
      'It was asked: 2 sessions are still on hrms_master; HRMS stays down while we wait.',
    ])
  })
})

test('an answered question keeps what was so when it was asked', () => {
  const { gate: asked, attempts } = lockedOut()
  const given = { ...asked, answer: answer({ choice: 'retry' }), answeredAt: at('03:02:30') }
  const retried = { ...migrated(), attempt: 2, beganAt: at('03:02:30'), endedAt: at('03:02:31') }
  expect(
    plainText(gateView(given, down, [...attempts, retried]))
      .split('\n')
      .at(-1),
  ).toBe('It was asked: Stopped at Migrate; hrms_master is unchanged.')
})

test('a service that did not come up is asked about with the file of its log', () => {
  const problem: Problem = { code: 'service-ended', service: 'hrms-api', seconds: 0.4 }
  const asked = gate('smoke', { code: 'step-failed', problem, choices: ['retry', 'go-on', 'leave'] })
  const made = run({ windowBegan: at('03:01:12') })
  const { folder, services } = made.plan.approved.runbook
  const log = path.resolve(folder, services[0]!.pidFile).replace(/\.pid$/, '.log')
  const said = plainText(gateView(asked, made, [...beforeMigrate(), migrated()])).split('\n')
  expect(said[2]).toBe(`Its log, on its host: ${log}`)
})

test('a question that was left open says who left it', () => {
  const { gate: asked, attempts } = lockedOut()
  expect(plainText(gateView({ ...asked, leftBy: 'U_MEI' }, down, attempts))).toContain(
    'Waiting for a decision since 03:01:12 UTC. Anyone in migration-operators can answer; left as it is by @U_MEI, still to be answered.',
  )
})
