import { describe, expect, test } from 'vitest'
import type { About, Notice } from '../../../src/domain/notice.ts'
import type { Runbook } from '../../../src/domain/runbook.ts'
import type { Schedule, Window } from '../../../src/domain/schedule.ts'
import { drawMessage, lengthOf } from '../../../src/slack/blocks.ts'
import { inOneMessage, noticesView, type NoticesShown } from '../../../src/views/notice/notices.ts'
import type { Sent } from '../../../src/views/notice/sent.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { sampleRunbook } from '../../plans.ts'

const window: Window = { start: '2025-11-13T00:00:00.000Z', end: '2025-11-13T00:30:00.000Z' }
const nobody = { channels: [], people: [], groups: [], mail: [] }

const runbook: Runbook = {
  ...sampleRunbook(),
  timeZone: 'Indian/Mauritius',
  timeZoneName: 'MUT',
  audiences: {
    staff: { ...nobody, channels: ['#general'], groups: ['S0USERS'] },
    board: { ...nobody, people: ['U0MEI'], mail: ['ceo@morishr.test'] },
  },
  notices: [
    {
      at: '-72h',
      to: ['staff', 'board'],
      subject: '{{ product }} is away',
      text: 'On {{ window }}\n- save\n- log out',
    },
    { at: '-1h', to: ['staff'], subject: 'Soon', text: 'From {{ start }}' },
    { at: 'end', to: ['board'], subject: 'Back', text: 'Since {{ since }}' },
    { at: 'moved', to: [], subject: 'Another time', text: 'Not {{ was }}' },
  ],
}

const schedule: Schedule = {
  id: 'add-security-enhancements@1',
  runbook,
  window,
  moves: 0,
  by: 'U_ASHA',
  madeAt: '2025-11-09T00:00:00.000Z',
  ahead: true,
  run: null,
  newsAt: null,
  marks: [],
  over: null,
}

const notice = (number: number, about: About, given: Partial<Notice> = {}): Notice => ({
  id: `${schedule.id}/${number}`,
  schedule: schedule.id,
  place: null,
  about,
  window,
  dueAt: '2025-11-12T23:00:00.000Z',
  at: null,
  withheld: null,
  to: [],
  untold: [],
  ...given,
})

const sent = (number: number, given: Partial<Sent>): Sent => ({
  notice: `${schedule.id}/${number}`,
  to: { channel: '#general' },
  state: 'sent',
  error: null,
  at: '2025-11-10T00:00:01.000Z',
  ...given,
})

const shown = (given: Partial<NoticesShown> = {}): NoticesShown => ({
  runbook,
  schedule: null,
  isRollback: false,
  notices: [],
  told: [],
  members: new Map([['S0USERS', 12]]),
  changed: false,
  ...given,
})
const said = (given: Partial<NoticesShown> = {}) => plainText(noticesView(shown(given)))

test('of a run that nobody had scheduled only what can still come is listed', () => {
  const running = { ...schedule, ahead: false, run: '7F3A-1' }
  const lines = said({ schedule: running }).split('\n')
  expect(lines.slice(1, 5)).toEqual(['Still to come:', 'At the end, to board:', 'Back', 'Since day and time'])
  const otherwise = lines.slice(lines.findIndex((line) => line.startsWith('If it comes otherwise')) + 1)
  expect(otherwise.slice(0, 2)).toEqual([
    '- HRMS is still unavailable. Next news by day and time, even if nothing changed',
    '- HRMS is available; the change was not made.',
  ])
  expect(said({ schedule: { ...schedule, run: '7F3A-1' } })).toContain('1 hour before, to staff')
})

test('of a rollback nothing says that the change is made', () => {
  const shownThen = said({ schedule: { ...schedule, ahead: false, run: '7F3A-2' }, isRollback: true })
  expect(shownThen).not.toContain('Back\n')
  expect(shownThen).toContain('- HRMS is available; the change was taken back.')
})

test('before it is scheduled, every message stands as it will be seen, its times aside', () => {
  expect(said()).toBe(
    [
      'Notices of AddSecurityEnhancements · not scheduled: nobody was told',
      'What people will be told:',
      '72 hours before, to staff and board:',
      'HRMS is away',
      'On day and window',
      '• save',
      '• log out',
      '1 hour before, to staff:',
      'Soon',
      'From day and start',
      'At the end, to board:',
      'Back',
      'Since day and time',
      'When it is moved, to everybody who was told before:',
      'Another time',
      'Not the day and window that were told before',
      'If it comes otherwise, everybody who was told before is told at once:',
      '- Called off: HRMS stays available on day',
      '- HRMS is still unavailable. Next news by day and time, even if nothing changed',
      '- HRMS is available; the change was not made.',
      'Audiences:',
      '- staff: #general, user group S0USERS (12 people now)',
      '- board: @U0MEI, ceo@morishr.test',
    ].join('\n'),
  )
})

describe('while it is scheduled', () => {
  const first = notice(
    1,
    { is: 'ahead' },
    {
      place: 0,
      at: '2025-11-10T00:00:00.000Z',
      to: [{ channel: '#general' }, { person: 'U0LEE' }, { person: 'U0MEI' }, { mail: 'ceo@morishr.test' }],
    },
  )
  const second = notice(2, { is: 'ahead' }, { place: 1 })
  const told = [
    sent(1, {}),
    sent(1, { to: { person: 'U0LEE' }, state: 'unsure' }),
    sent(1, { to: { person: 'U0MEI' }, state: 'due' }),
    sent(1, { to: { mail: 'ceo@morishr.test' }, state: 'refused', error: '550 5.1.1' }),
  ]
  const text = said({ schedule, notices: [first, second], told })

  test('what was sent stands first, with what did not arrive and what to do', () => {
    expect(text).toContain(
      [
        'Notices of AddSecurityEnhancements · Thursday 13 November 2025, 04:00–04:30 MUT (00:00–00:30 UTC) · 4 addresses told so far',
        'What was sent:',
        'Failed: 72 hours before, Mon 10 Nov 2025, 00:00:00 UTC: 4 addresses (1 on the way, 1 refused, 1 unsure): #general, @U0LEE, @U0MEI, ceo@morishr.test',
        'Refused:',
        '- ceo@morishr.test (72 hours before): the mail server does not take it: 550 5.1.1. Correct the address in the runbook, and tell them yourself.',
        'Nobody knows whether these arrived. They are not sent again; ask, or tell them yourself:',
        '- @U0LEE (72 hours before)',
        'Still to come:',
        '1 hour before (Wed 12 Nov 2025, 23:00:00 UTC), to staff:',
        'Soon',
        'From Thursday 13 November 2025, 04:00 MUT (00:00 UTC)',
        'At the end, to board:',
      ].join('\n'),
    )
  })
  test('what was sent is not to come any more', () => {
    expect(text).not.toContain('HRMS is away')
    expect(text).toContain('When it is moved, to everybody who was told before:')
  })
})

test('what was refused for one reason is said once', () => {
  const made = [0, 1].map((place) =>
    notice(
      place + 1,
      { is: 'ahead' },
      { place, at: '2025-11-10T00:00:00.000Z', to: [{ channel: '#general' }] },
    ),
  )
  const refused = (number: number, to: Sent['to'], error: string) =>
    sent(number, { to, state: 'refused', error })
  const told = [
    refused(1, { mail: 'a@morishr.test' }, 'no_mail'),
    refused(2, { mail: 'a@morishr.test' }, 'no_mail'),
    refused(2, { mail: 'b@morishr.test' }, 'no_mail'),
    refused(2, { channel: '#general' }, 'is_archived'),
  ]
  expect(said({ schedule, notices: made, told })).toContain(
    [
      'Refused:',
      '- a@morishr.test, b@morishr.test (72 hours before, 1 hour before): no mail server is configured. Set SMTP_URL, and mail.from in lockkeeper.yml; and tell them yourself.',
      '- #general (1 hour before): the channel is archived. Name another channel in the runbook, and tell them yourself.',
    ].join('\n'),
  )
})

test.each<[Partial<Notice>, string]>([
  [
    { withheld: 'nobody', untold: ['S0USERS'] },
    'not sent, nobody is in its audiences; nobody of user group S0USERS, which is empty or which nobody tells',
  ],
  [{ withheld: 'too-late' }, 'not sent, its moment was over'],
  [{ withheld: 'called-off' }, 'not sent, it was called off before'],
  [{ withheld: 'superseded' }, 'not sent, a later one for the same people was due as well'],
])('what was withheld says why: %o', (given, words) => {
  const withheld = notice(1, { is: 'ahead' }, { place: 1, at: '2025-11-12T23:00:00.000Z', ...given })
  expect(said({ schedule, notices: [withheld] })).toContain(
    `Skipped: 1 hour before, Wed 12 Nov 2025, 23:00:00 UTC: ${words}`,
  )
})

test('what was overtaken by a later one is not refused', () => {
  const made = notice(
    1,
    { is: 'ahead' },
    { place: 0, at: '2025-11-10T00:00:00.000Z', to: [{ channel: '#general' }] },
  )
  const told = [sent(1, { state: 'refused', error: 'superseded' })]
  const text = said({ schedule, notices: [made], told })
  expect(text).toContain(
    'Done: 72 hours before, Mon 10 Nov 2025, 00:00:00 UTC: 1 address (1 told something later instead): #general',
  )
  expect(text).not.toContain('Refused:')
})

test('in our own words a message is called by what it is for', () => {
  const over: Schedule = {
    ...schedule,
    over: { as: 'called-off', at: '2025-11-10T01:00:00.000Z', by: 'U_ASHA', reason: null },
  }
  const off = notice(
    1,
    { is: 'called-off', reason: null, missed: false },
    { at: '2025-11-10T01:00:00.000Z', to: [{ channel: '#general' }] },
  )
  const text = said({ schedule: over, notices: [off], told: [sent(1, {})] })
  expect(text).toContain('not scheduled. Of the last time 1 address was told')
  expect(text).toContain('Done: When it was called off, Mon 10 Nov 2025, 01:00:00 UTC: 1 address: #general')
  expect(text).toContain('What people will be told:\n72 hours before, to staff and board:')
})

test('it says when the file says something else by now, and what tells nobody anything', () => {
  expect(said({ schedule, changed: true })).toContain(
    'The runbook’s file says something else by now. To take that, schedule it again: /migrate schedule add-security-enhancements.',
  )
  expect(said({ runbook: { ...runbook, notices: [], audiences: {} } })).toBe(
    'Notices of AddSecurityEnhancements · not scheduled: nobody was told\nThe runbook has no notices: nobody is told anything.',
  )
})

test.each([
  [0, 'nobody now'],
  [1, '1 person now'],
  [null, 'nobody here tells who is in it'],
])('a group of %s is told as %s', (size, words) => {
  expect(said({ members: new Map([['S0USERS', size]]) })).toContain(`user group S0USERS (${words})`)
})

describe('in Slack', () => {
  const drawn = (given: Partial<NoticesShown>) => {
    const view = inOneMessage(noticesView(shown(given)), runbook.name)
    return { view, ...drawMessage(view, { nonces: [], groups: () => [] }) }
  }
  const many = (count: number, text: string): Runbook => ({
    ...runbook,
    notices: Array.from({ length: count }, (_, i) => ({
      at: `-${i + 1}m`,
      to: ['staff'],
      subject: 'HRMS',
      text,
    })),
  })

  test('what fits is one message, without a file', () => {
    const { view, blocks } = drawn({})
    expect(view.files).toBeUndefined()
    expect(blocks.length).toBeLessThan(50)
  })
  test.each([
    ['long', many(8, 'All of it is said. '.repeat(200))],
    ['many', many(40, 'Soon')],
    ['full of times', many(9, '{{ window }} {{ start }} {{ end }} {{ window }}')],
  ])('what is too %s for a message is in a file besides, whole', (_, of) => {
    const { view, blocks, text } = drawn({ runbook: of, schedule: { ...schedule, runbook: of } })
    expect(blocks.length).toBeLessThanOrEqual(50)
    expect(lengthOf(blocks)).toBeLessThan(11_000)
    expect(text.length).toBeLessThanOrEqual(4_000)
    expect(JSON.stringify(blocks)).toContain('notices-add-security-enhancements.txt')
    expect(view.files).toMatchObject([{ name: 'notices-add-security-enhancements.txt' }])
    const [file] = view.files ?? []
    for (const { at, text: written } of of.notices) {
      expect(file?.content).toContain(`${at.slice(1, -1)} minute`)
      expect(file?.content).toContain(written.startsWith('{') ? '04:00–04:30 MUT' : written.trim())
    }
  })
})
