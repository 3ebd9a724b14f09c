import { describe, expect, test } from 'vitest'
import type { Attempt, Gate, Run } from '../../../src/domain/run.ts'
import type { Choice } from '../../../src/domain/choice.ts'
import type { Question } from '../../../src/domain/question.ts'
import type { Problem } from '../../../src/domain/problem.ts'
import type { Reached } from '../../../src/domain/reached.ts'
import { answerForm } from '../../../src/views/forms.ts'
import { choicesOf, choiceText, opensForm } from '../../../src/views/run/choices.ts'
import { failed } from '../../../src/domain/outcome.ts'
import { lineText } from '../../../src/views/words/plain.ts'
import { standingOf } from '../../../src/views/run/standing.ts'
import {
  at,
  attempt,
  beforeDrain,
  beforeMigrate,
  gate,
  lockedOut,
  lockTimeout,
  migrated,
  plan,
  run,
  session,
} from '../sample.ts'

const down = run({ windowBegan: at('03:01:12'), deadline: at('03:31:12') })
const stopped: Problem = { code: 'service-not-running', service: 'hrms-api' }
const unhealthy: Problem = {
  code: 'functional-failed',
  failed: [{ name: 'login', expected: '200', saw: '401' }],
  passed: 4,
}
const every: Choice[] = [
  'retry',
  'back-out',
  'roll-back',
  'terminate',
  'wait',
  'go-on',
  'leave',
  'undone-by-hand',
]
const questions: Question[] = [
  { code: 'step-failed', problem: stopped, choices: every },
  { code: 'step-failed', problem: lockTimeout(), choices: every },
  { code: 'sessions-left', sessions: [session()], ended: 0, changed: [], choices: every },
  { code: 'new-blockers', problems: [stopped], choices: every },
  { code: 'before-admit', passed: 19, choices: every },
  { code: 'had-begun', began: at('03:01:12'), choices: every },
  { code: 'loss-grew', accepted: 200, counted: 212, choices: every },
  { code: 'card-undelivered', channel: '#migrations', error: null, file: 'break-glass.txt', choices: every },
  { code: 'changed-meanwhile', what: 'who may connect', expected: 'a', found: 'b', choices: every },
  { code: 'unexpected-state', differences: [], notUndone: [], repeats: [], choices: every },
]

const does = (choice: Choice, asked: Gate, of: Run, attempts: Attempt[]): string =>
  lineText(choiceText(choice, { standing: standingOf(of, attempts, asked), gate: asked }).does)

describe('what a choice does now', () => {
  const failedAt = (step: string, problem: Problem = stopped) =>
    gate(step, { code: 'step-failed', problem, choices: every })
  const leftAt = (reached: Reached) => attempt('migrate', { ...failed(stopped), reached })
  const locked = lockedOut()
  const left = gate('drain', {
    code: 'sessions-left',
    sessions: [session()],
    ended: 0,
    changed: [],
    choices: every,
  })

  test.each<[string, Choice, Gate, Run, Attempt[], string]>([
    [
      'going back before the window was never a risk',
      'back-out',
      failedAt('backup'),
      run(),
      [attempt('backup', failed(stopped))],
      'the run ends; HRMS was never down, nothing is migrated, nothing is lost',
    ],
    [
      'going back in the window says when users are in again',
      'back-out',
      failedAt('close'),
      down,
      beforeDrain(),
      'HRMS is back in about 7 s; nothing is migrated, nothing is lost',
    ],
    [
      'going back after a rolled-back migration loses nothing either',
      'back-out',
      locked.gate,
      down,
      locked.attempts,
      'HRMS is back in about 7 s; nothing is migrated, nothing is lost',
    ],
    [
      'going back where nobody knows looks first',
      'back-out',
      failedAt('migrate'),
      down,
      [...beforeMigrate(), attempt('migrate', null)],
      'HRMS is back in about 7 s; first it looks whether hrms_master is as before; if it is not, it stops and asks',
    ],
    [
      'going back after the migration takes it back',
      'roll-back',
      failedAt('smoke'),
      down,
      [...beforeMigrate(), migrated()],
      'runs the way down, then HRMS is back in about 13 s as it was before; nothing is lost, since no user was in',
    ],
    [
      'going back between two migrations takes the first one back',
      'roll-back',
      failedAt('migrate'),
      down,
      [...beforeMigrate(), leftAt({ between: '1_A' })],
      'runs the way down from 1_A, then HRMS is back in about 13 s as it was before; nothing is lost, since no user was in',
    ],
    [
      'a retry between two migrations goes on from the first one',
      'retry',
      failedAt('migrate'),
      down,
      [...beforeMigrate(), leftAt({ between: '1_A' })],
      'looks what is on hrms_master, then goes on from 1_A',
    ],
    [
      'so it does after a process that died there',
      'retry',
      gate('migrate', { code: 'had-begun', began: at('03:01:12'), choices: every }),
      down,
      [...beforeMigrate(), leftAt({ between: '1_A' })],
      'goes on from 1_A, where hrms_master stands',
    ],
    [
      'a retry of half a migration goes on with the rest',
      'retry',
      failedAt('migrate'),
      down,
      [...beforeMigrate(), leftAt({ half: '1_A' })],
      'looks what is on hrms_master, then goes on with the rest of 1_A',
    ],
    [
      'going back from half a migration looks first',
      'back-out',
      failedAt('migrate'),
      down,
      [...beforeMigrate(), leftAt({ half: '1_A' })],
      'HRMS is back in about 7 s; first it looks whether hrms_master is as before; if it is not, it stops and asks',
    ],
    [
      'a backup that is given up takes nobody down',
      'back-out',
      failedAt('backup'),
      run({ plan: plan({ kind: 'backup' }) }),
      [],
      'the backup ends here; HRMS was never down, nothing is lost',
    ],
    [
      'a rollback that goes back keeps the migration',
      'back-out',
      failedAt('close'),
      run({ plan: plan({ kind: 'rollback' }), windowBegan: at('03:01:12') }),
      [],
      'HRMS is back in about 7 s; nothing is taken back, nothing is lost',
    ],
    [
      'a retry under a lock says that it fails again',
      'retry',
      locked.gate,
      down,
      locked.attempts,
      'fails again while 4242 stays',
    ],
    [
      'a retry of migrate looks first',
      'retry',
      failedAt('migrate'),
      down,
      beforeMigrate(),
      'looks what is on hrms_master, then does Migrate again',
    ],
    [
      'a retry of the checks changes nothing, but starts what has ended',
      'retry',
      failedAt('smoke', unhealthy),
      down,
      beforeMigrate(),
      'asks everything of Smoke again; starts only what has ended meanwhile',
    ],
    [
      'a retry after a cancel takes the cancel back',
      'retry',
      gate('drain', { code: 'step-failed', problem: { code: 'cancelled', by: 'U_MEI' }, choices: every }),
      down,
      beforeDrain(),
      'takes the cancel back: does Drain again and goes on',
    ],
    [
      'ending the one blocker says what it loses',
      'terminate',
      locked.gate,
      down,
      locked.attempts,
      'ends session 4242 (reporting): it wrote nothing that would be lost, then does the step again',
    ],
    [
      'ending sessions is by tick',
      'terminate',
      left,
      down,
      beforeDrain(),
      'ends the sessions that you tick: their open transactions are rolled back, what they committed stays, then looks again; HRMS stays down',
    ],
    [
      'waiting says for how long',
      'wait',
      left,
      down,
      beforeDrain(),
      'waits 30 s more for them to leave by themselves, then asks again; HRMS stays down',
    ],
    [
      'leaving says that users stay out',
      'leave',
      locked.gate,
      down,
      locked.attempts,
      'nothing changes, the question stays open; HRMS stays down',
    ],
    [
      'admitting is where losses begin',
      'go-on',
      gate('admit', { code: 'before-admit', passed: 19, choices: every }),
      down,
      [...beforeMigrate(), migrated()],
      'lets everybody into HRMS; from then on a rollback may lose what they write',
    ],
    [
      'going on after failed checks lets users in',
      'go-on',
      failedAt('smoke', unhealthy),
      down,
      [...beforeMigrate(), migrated()],
      'lets users into HRMS although checks failed',
    ],
  ])('%s', (_, choice, asked, of, attempts, words) => {
    expect(does(choice, asked, of, attempts)).toBe(words)
  })

  test('ending a session that wrote says what is rolled back', () => {
    const { gate: asked, attempts } = lockedOut(lockTimeout({ blockers: [session({ wrote: true })] }))
    expect(does('terminate', asked, down, attempts)).toBe(
      'ends session 4242 (reporting): its open transaction is rolled back, what it committed stays, then does the step again',
    )
  })
})

test('buttons carry the words of the numbered list, in its order, and answer this gate', () => {
  const { gate: asked, attempts } = lockedOut()
  const { list, actions } = choicesOf({ standing: standingOf(down, attempts, asked), gate: asked })
  expect(
    list.part === 'list' && list.numbered && list.items.map((item) => lineText(item).split(' — ')[0]),
  ).toEqual(['End 4242, retry', 'Retry', 'Go back', 'Leave down'])
  expect(actions.map(({ label, command, input }) => [label, command, input])).toEqual([
    ['End 4242, retry…', 'answer', { run: '7F3A-1', gate: '7F3A-1/migrate/1', choice: 'terminate' }],
    ['Retry', 'answer', { run: '7F3A-1', gate: '7F3A-1/migrate/1', choice: 'retry' }],
    ['Go back…', 'answer', { run: '7F3A-1', gate: '7F3A-1/migrate/1', choice: 'back-out' }],
    ['Leave down', 'answer', { run: '7F3A-1', gate: '7F3A-1/migrate/1', choice: 'leave' }],
  ])
})

describe.each(questions.map((question) => [question.code, question] as const))(
  'every choice of %s',
  (_, question) => {
    test.each(every)('%s fits a button, and its ellipsis tells whether a form opens', (choice) => {
      const asked = gate('drain', question)
      for (const of of [down, run()]) {
        const {
          label,
          says,
          does: line,
        } = choiceText(choice, { standing: standingOf(of, beforeDrain(), asked), gate: asked })
        expect(label.length).toBeLessThanOrEqual(20)
        expect(says.length).toBeLessThanOrEqual(75)
        expect(lineText(line)).not.toMatch(/undefined|NaN|\[object/)
        expect(label.endsWith('…')).toBe(opensForm(choice, question))
        expect(answerForm(choice, asked, of, beforeDrain()) !== null).toBe(opensForm(choice, question))
      }
    })
  },
)
