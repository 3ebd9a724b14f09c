import { expect, test } from 'vitest'
import type { Difference, Question } from '../../../src/domain/question.ts'
import { endingView } from '../../../src/views/run/ending.ts'
import { gateView } from '../../../src/views/run/gate.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { answer, at, attempt, beforeMigrate, gate, migrated, run } from '../sample.ts'

const down = run({ windowBegan: at('03:01:12'), deadline: at('03:31:12') })
const history: Difference = {
  about: 'history',
  what: 'migration history',
  expected: '20251113040317_AddSecurityEnhancements',
  found: '20251111125329_InitialMasterDb',
}
const undone: Question = {
  code: 'unexpected-state',
  differences: [history],
  notUndone: [],
  repeats: ['stop:hrms-api', 'close', 'drain', 'before', 'deadline', 'migrate', 'verify', 'open'],
  choices: ['undone-by-hand', 'retry', 'go-on', 'leave'],
}

test('a run that was undone by hand says what was found, and what each choice does', () => {
  expect(plainText(gateView(gate('smoke', undone), down, [...beforeMigrate(), migrated()]))).toBe(
    [
      'HRMS is up; it went down at 03:01:12 UTC and users were let in by hand. Run 7F3A-1 was undone by hand: hrms_master and its services are as before the run. Lockkeeper touched nothing. @U_ASHA, please choose',
      'Seen at 03:01:12 UTC, at Smoke, otherwise than recorded:',
      '- Migration history: found 20251111125329_InitialMasterDb, expected 20251113040317_AddSecurityEnhancements',
      '1. Undone by hand — Lockkeeper looks once more, closes its undo entries and ends the run; everybody who was notified is told that HRMS is available and the change was not made',
      '2. Look again — compares again; goes on only where everything is as recorded',
      '3. Go on anyway — goes on from what was found: does Stop hrms-api, Close … Open again. HRMS goes down again',
      '4. Leave as it is — nothing changes, the question stays open',
      'Waiting for a decision since 03:01:12 UTC. Anyone in migration-operators can answer. Without Slack: lockkeeper answer 7F3A-1',
      'Buttons: Undone by hand… · Look again · Go on anyway… · Leave as it is',
    ].join('\n'),
  )
})

test('a run that was undone by half says what is not as before the run', () => {
  const access: Difference = {
    about: 'access',
    what: 'access to hrms_master',
    expected: 'as before the run',
    found: 'closed to everybody but Lockkeeper',
  }
  const half: Question = { ...undone, notUndone: [access], choices: ['roll-back', 'retry', 'go-on', 'leave'] }
  const said = plainText(gateView(gate('smoke', half), down, [...beforeMigrate(), migrated()]))
  expect(said).toContain(
    'HRMS is down since 03:01:12 UTC. Lockkeeper was away, and somebody changed hrms_master or its services. Lockkeeper touched nothing.',
  )
  expect(said).toContain(
    'Not undone yet, against the state before the run:\n- Access to hrms_master: found closed to everybody but Lockkeeper, expected as before the run',
  )
})

test('a run that people undid ends as that, and says what nobody knows', () => {
  const asked = attempt(
    'smoke',
    { status: 'asks', question: undone },
    { answer: answer({ choice: 'undone-by-hand' }) },
  )
  const ended = run({ windowBegan: at('03:01:12'), endedAt: at('03:40:00'), ending: 'undone-by-hand' })
  const said = plainText(endingView(ended, [...beforeMigrate(), migrated(), asked]))
  expect(said.split('\n').slice(0, 3)).toEqual([
    'HRMS is up; it went down at 03:01:12 UTC and users were let in by hand. Undone by hand: hrms_master was seen to be as before the run',
    'Ended so by @U_MEI, at Smoke. Right before, Lockkeeper saw the migration history, access and every service that it had stopped as before the run',
    'When users were let in again is not known to Lockkeeper. What was typed by hand is in nobody’s record',
  ])
  expect(said).not.toContain('is on hrms_master')
})
