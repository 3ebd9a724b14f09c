import { expect, test } from 'vitest'
import { onCallBy } from '../../src/adapters/on-call.ts'
import type { Quiet } from '../../src/domain/person.ts'
import type { Problem } from '../../src/domain/problem.ts'
import { runbookSchema, type Runbook } from '../../src/domain/runbook.ts'
import { callsReached, type CallsAround } from '../../src/plan/findings-people.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { sampleRunbook } from '../plans.ts'

const contactSchema = runbookSchema.shape.contacts.unwrap().element
const now = '2025-11-13T12:00:00.000Z'
const environment = { PATH: process.env['PATH'] }

type Written = Record<string, unknown>

/** A runbook whose escalation calls these, and nobody else; what Slack tells is as it is given. */
async function found(
  contacts: Written[],
  { production = true, ...around }: Partial<CallsAround> & { production?: boolean } = {},
) {
  const sample = sampleRunbook()
  const runbook: Runbook = {
    ...sample,
    folder: import.meta.dirname,
    target: { ...sample.target, production },
    contacts: [
      ...contacts.map((contact, i) => contactSchema.parse({ role: `contact ${i}`, ...contact })),
      contactSchema.parse({ role: 'somebody else', person: 'U0GONE', group: 'S0EMPTY' }),
    ],
    escalation: contacts.map((_, i) => ({ contact: `contact ${i}`, after: i })),
  }
  const { name, findings } = await callsReached(runbook, {
    members: async (group) => ({ S0DBA: ['U0DAN', 'U0KIM'], S0EMPTY: [] })[group] ?? null,
    quietOf: async () => null,
    goneWhy: async (person) => (person === 'U0GONE' ? 'deleted' : null),
    onCall: onCallBy(environment, makeSecrets([], environment)),
    mails: true,
    now,
    plannedFor: null,
    deciders: ['U0ASHA', 'U0DAN', 'U0KIM', 'U0GONE'],
    ...around,
  })
  expect(name).toBe('People of the escalation')
  return findings.map(({ level, problem }): [string, Problem] => [level, problem])
}

const lead = { person: 'U0ASHA', email: 'asha@morishr.test' }
const pager = { webhook: { url: 'https://pager.test/', json: {} } }
const prints = (text: string) => ({
  onCall: { command: [process.execPath, '-e', `console.log(${JSON.stringify(text)})`] },
})

test('an escalation that is reached is nothing to say', async () => {
  expect(await found([lead, { group: 'S0DBA' }])).toEqual([])
})

test('Slack alone, and telephones that people must dial, are no pager of a production runbook (pager-slack-only)', async () => {
  const phones = [{ person: 'U0ASHA' }, { phone: '+230 1' }]
  const only = [
    ['warning', { code: 'pager-slack-only', runbook: 'add-security-enhancements', phones: ['contact 1'] }],
  ]
  expect(await found(phones)).toEqual(only)
  expect(await found(phones, { production: false })).toEqual([])
  expect(await found([])).toMatchObject([['warning', { code: 'pager-slack-only', phones: [] }]])
  expect(await found([lead])).toEqual([])
  expect(await found([lead], { mails: false })).toMatchObject([['warning', { code: 'pager-slack-only' }]])
  expect(await found([pager], { mails: false })).toEqual([])
  expect(await found([prints('kim@morishr.test')])).toEqual([])
  expect(await found([prints('U0KIM')])).toMatchObject([['warning', { code: 'pager-slack-only' }]])
})

test('nobody on call (on-call-unknown), an empty group (contact-group-empty)', async () => {
  expect(await found([lead, prints(''), { group: 'S0EMPTY' }])).toEqual([
    ['warning', { code: 'on-call-unknown', contact: 'contact 1', why: { is: 'nobody' } }],
    ['warning', { code: 'contact-group-empty', contact: 'contact 2', group: 'S0EMPTY' }],
  ])
})

test('somebody who left (contact-gone), by name, in a group or on call', async () => {
  const goneWhy: CallsAround['goneWhy'] = async (person) => (person === 'U0ASHA' ? null : 'deleted')
  const groups = { members: async () => ['U0DAN'] }
  expect(
    await found([lead, { person: 'U0GONE' }, { group: 'S0DBA' }, prints('U0KIM')], { goneWhy, ...groups }),
  ).toEqual([
    ['warning', { code: 'contact-gone', contact: 'contact 1', person: 'U0GONE', why: 'deleted' }],
    ['warning', { code: 'contact-gone', contact: 'contact 2', person: 'U0DAN', why: 'deleted' }],
    ['warning', { code: 'contact-gone', contact: 'contact 3', person: 'U0KIM', why: 'deleted' }],
  ])
})

test('somebody who can neither decide nor is told only (contact-undecided)', async () => {
  const deciders = ['U0ASHA', 'U0DAN']
  expect(await found([lead, { group: 'S0DBA' }], { deciders })).toEqual([
    ['warning', { code: 'contact-undecided', contact: 'contact 1', people: ['U0KIM'] }],
  ])
  expect(await found([lead, { group: 'S0DBA', informed: true }], { deciders })).toEqual([])
  expect(await found([lead, { group: 'S0DBA' }], { deciders: null })).toEqual([])
})

test('notifications that are paused then (contact-paused): at the hour of the schedule, or now', async () => {
  const quiet: Record<string, Quiet> = {
    U0ASHA: { from: '2025-11-13T20:00:00.000Z', until: '2025-11-14T05:00:00.000Z' },
    U0DAN: { from: '2025-11-13T11:00:00.000Z', until: '2025-11-13T13:00:00.000Z' },
  }
  const quietOf: CallsAround['quietOf'] = async (person) => quiet[person] ?? null
  const called = [lead, { group: 'S0DBA' }]
  expect(await found(called, { quietOf })).toEqual([
    [
      'note',
      {
        code: 'contact-paused',
        at: now,
        planned: false,
        paused: [{ contact: 'contact 1', person: 'U0DAN', ...quiet['U0DAN'] }],
      },
    ],
  ])
  const plannedFor = '2025-11-20T00:00:00.000Z'
  expect(await found(called, { quietOf, plannedFor })).toEqual([
    [
      'note',
      {
        code: 'contact-paused',
        at: plannedFor,
        planned: true,
        paused: [
          {
            contact: 'contact 0',
            person: 'U0ASHA',
            from: '2025-11-19T20:00:00.000Z',
            until: '2025-11-20T05:00:00.000Z',
          },
        ],
      },
    ],
  ])
})

test('of what Slack does not tell nothing is found', async () => {
  const away = {
    members: async () => null,
    quietOf: async () => null,
    goneWhy: async () => null,
    deciders: null,
  }
  expect(await found([lead, { group: 'S0DBA' }, { person: 'U0GONE' }], away)).toEqual([])
})
