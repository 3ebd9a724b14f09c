import { describe, expect, test } from 'vitest'
import type { Form } from '../../src/domain/view.ts'
import {
  answerForm,
  approveForm,
  cancelForm,
  discardForm,
  rollbackForm,
  runForm,
  selectForm,
  terminateForm,
} from '../../src/views/forms.ts'
import { sqlOf } from '../../src/views/plan-sql.ts'
import { telling } from '../notices/diary.ts'
import { formText } from '../../src/views/terminal.ts'
import {
  attempt,
  at,
  beforeDrain,
  beforeMigrate,
  gate,
  lockedOut,
  migrated,
  plan,
  run,
  session,
} from './sample.ts'
import { done } from '../../src/domain/outcome.ts'

const down = run({ windowBegan: at('03:01:12') })
const text = (form: Form | null) => (form ? formText(form, { colour: false, width: 1000 }).split('\n') : null)
const loss = {
  dropped: [{ table: 'master."RefreshTokens"', column: 'EmployeeId', rows: 212 }],
  violating: [],
  rows: 212,
}

test('running says what users were told, or that nobody was', () => {
  const { notices, audiences } = telling
  const told = plan()
  Object.assign(told.approved.runbook, { notices, audiences, timeZone: 'UTC' })
  const window = { start: '2025-11-13T00:00:00.000Z', end: '2025-11-13T00:30:00.000Z' }
  expect(text(runForm(told, window))).toContain('Users were told Thursday 13 November 2025, 00:00–00:30 UTC.')
  expect(text(runForm(told, null))?.at(-1)).toMatch(/^Nobody was told of this time: it is not scheduled\./)
  expect(text(runForm({ ...told, kind: 'rollback' }, null))?.at(-1)).toBe(
    'Nobody is told of it before. Who was told of the migration is told when HRMS is unavailable once more, and when it is back.',
  )
})

test('running asks for the database’s name, after what it means for users', () => {
  const form = runForm(plan(), null)
  expect(text(form)).toEqual([
    'Run migration',
    'AddSecurityEnhancements on hrms_master at db-prod-1:5432, production',
    'HRMS is unavailable for about 13 s.',
    'Until users are back in, going back loses nothing. After that what a rollback loses is counted before anything is touched',
  ])
  expect(form.fields).toEqual([
    {
      name: 'database',
      kind: 'text',
      label: 'Type the database’s name',
      hint: 'Capitals and spaces around it do not matter',
      mustBe: 'hrms_master',
    },
  ])
})

test('approving shows the file to read, the loss, what was noticed and what one vouches for', () => {
  const made = plan({
    problems: [{ level: 'warning', problem: { code: 'service-not-running', service: 'hrms-api' } }],
  })
  made.approved.runbook.prerequisites = ['Support knows']
  expect(text(approveForm(made))).toEqual([
    'Approve plan 7F3A',
    'AddSecurityEnhancements on hrms_master at db-prod-1:5432',
    'Read what is run first: 7F3A.up.sql in the plan’s thread, or “Read the SQL” below.',
    'Until users are back in, going back loses nothing. After that what a rollback loses is counted before anything is touched',
    'What is run:',
    ...sqlOf(made)!
      .split('\n')
      .map((line) => `    ${line}`),
    'Warning  hrms-api is not running. A run starts what it stopped: it would leave this service stopped.',
    'By approving you say that this is so:',
    '  - Support knows',
    '',
    '  lockkeeper sql 7F3A  Shows the exact SQL that is run',
  ])
})

describe('cancelling says what it means at this moment', () => {
  const admitted = [...down.plan.approved.routes.forward].map(({ id }) => attempt(id, done({})))
  test.each<[string, Parameters<typeof cancelForm>, string[] | null]>([
    [
      'before the window',
      [run(), [attempt('backup', null)], null],
      [
        'Cancel run',
        'HRMS is up. AddSecurityEnhancements on hrms_master',
        'Cancel: the run ends; HRMS was never down, nothing is migrated, nothing is lost.',
        'The present step, Backup, is stopped first: what was written of the backup does not count as one.',
      ],
    ],
    [
      'while users are out',
      [down, [...beforeDrain(), attempt('drain', null)], null],
      [
        'Cancel run',
        'HRMS is down since 03:01:12 UTC. AddSecurityEnhancements on hrms_master',
        'Cancel: HRMS is back in about 7 s; nothing is migrated, nothing is lost.',
        'The present step, Drain, is stopped first: sessions that were ended by then stay ended.',
      ],
    ],
    [
      'after the migration',
      [down, [...beforeMigrate(), migrated(), attempt('verify', null)], null],
      [
        'Cancel run',
        'HRMS is down since 03:01:12 UTC. AddSecurityEnhancements on hrms_master',
        'Cancel: runs the way down, then HRMS is back in about 13 s as it was before; nothing is lost, since no user was in.',
        'The present step, Verify, is stopped first: it ends at a point where nothing is half done.',
      ],
    ],
    ['once users are in', [down, admitted, null], null],
  ])('%s', (_, given, lines) => {
    expect(text(cancelForm(...given))).toEqual(lines)
  })
})

test('sessions are ticked one by one, and none is ticked from the start', () => {
  const asked = gate('drain', {
    code: 'sessions-left',
    sessions: [
      session(),
      session({ pid: 4300, wrote: true }),
      session({ pid: 4301, xactStart: null, state: 'idle' }),
    ],
    ended: 0,
    changed: [],
    choices: ['terminate'],
  })
  expect(terminateForm(asked).fields).toEqual([
    {
      name: 'sessions',
      kind: 'ticks',
      label: 'End these sessions',
      options: [
        {
          value: '4242',
          label: '4242 · reporting · Metabase · 10.0.0.5',
          hint: 'idle in transaction for 22 min when asked; wrote nothing',
        },
        {
          value: '4300',
          label: '4300 · reporting · Metabase · 10.0.0.5',
          hint: 'idle in transaction for 22 min when asked; rolls back what it wrote',
        },
        {
          value: '4301',
          label: '4301 · reporting · Metabase · 10.0.0.5',
          hint: 'idle for 22 min when asked; no transaction',
        },
      ],
    },
  ])
})

test('a checkbox says nothing in a time zone: Slack draws the text above it in the reader’s own', () => {
  const asked = gate('drain', {
    code: 'sessions-left',
    sessions: [session()],
    ended: 0,
    changed: [],
    choices: ['terminate'],
  })
  const form = terminateForm(asked)
  expect(JSON.stringify(form.fields)).not.toMatch(/UTC|\d:\d/)
  expect(text(form)?.join('\n')).toContain('since 02:39:10 UTC (22 min)')
})

test('a long name of a session still fits a checkbox', () => {
  const asked = gate('drain', {
    code: 'sessions-left',
    sessions: [session({ application: 'x'.repeat(200), state: 's'.repeat(200) })],
    ended: 0,
    changed: [],
    choices: ['terminate'],
  })
  const [field] = terminateForm(asked).fields
  for (const { label, hint = '' } of field?.kind === 'ticks' ? field.options : []) {
    expect(label).toHaveLength(75)
    expect(hint).toHaveLength(75)
  }
})

test('going back is confirmed with what it means here', () => {
  const { gate: asked, attempts } = lockedOut()
  expect(text(answerForm('back-out', asked, down, attempts))).toEqual([
    'Go back',
    'HRMS is down since 03:01:12 UTC.',
    'Go back: HRMS is back in about 7 s; nothing is migrated, nothing is lost.',
  ])
})

test('a larger loss is accepted by typing a number', () => {
  const asked = gate('migrate', { code: 'loss-grew', accepted: 200, counted: 212, choices: ['go-on'] })
  expect(answerForm('go-on', asked, down, [])?.fields).toEqual([
    {
      name: 'accepted',
      kind: 'number',
      label: 'The largest loss you accept, in rows',
      hint: '212 rows now; counted again under lock',
    },
  ])
})

test('rolling back shows what would be lost now, by column', () => {
  expect(text(rollbackForm(down, loss))).toEqual([
    'Roll back',
    'AddSecurityEnhancements on hrms_master. HRMS is unavailable for about 13 s when it is run.',
    'It would lose 212 rows now, more while users write. A copy of rows and columns is kept in the database, readable by its owner alone.',
    'master."RefreshTokens"."EmployeeId": 212 rows',
    'It is counted again, under lock, when HRMS is stopped. If it is more than you accept, nothing is deleted and you are asked.',
  ])
  expect(text(rollbackForm(down, { dropped: [], violating: [], rows: 0 }))).toContain(
    'It would lose nothing now. Users go on writing until HRMS is stopped.',
  )
})

test('every title fits a modal', () => {
  const { gate: asked, attempts } = lockedOut()
  const longId = { ...plan(), id: '7F3A'.repeat(10) }
  const forms = [
    runForm(plan(), null),
    runForm(plan({ kind: 'rollback' }), null),
    approveForm(longId),
    discardForm(longId),
    rollbackForm(down, loss),
    terminateForm(asked),
    selectForm('A title that is much too long for it', 'Go on', { name: 'runbook', label: 'Runbook' }, []),
    answerForm('roll-back', asked, down, attempts),
  ]
  for (const form of forms) {
    expect(form?.title.length).toBeLessThanOrEqual(24)
    expect(form?.submit.length).toBeLessThanOrEqual(24)
  }
})

test('ending a run as it is asks for the reason, and whether users are let in', () => {
  const { gate: asked, attempts } = lockedOut()
  const question = { ...asked.question, choices: ['retry', 'end-as-is', 'leave'] as const }
  const open = { ...asked, question: { ...question, choices: [...question.choices] } }
  const form = answerForm('end-as-is', open, down, attempts)
  expect(form?.fields.map(({ name, kind }) => [name, kind])).toEqual([
    ['reason', 'text'],
    ['users', 'select'],
  ])
  expect(text(form)?.join('\n')).toContain(
    'nothing more is given back, what is open is listed, and you choose whether users are let in',
  )
})
