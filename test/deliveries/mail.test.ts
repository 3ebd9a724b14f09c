import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noticeKey, type Address } from '../../src/domain/delivery.ts'
import { makeLog } from '../../src/log.ts'
import { makeRedactor } from '../../src/redaction/redactor.ts'
import { secretsOfConfig } from '../../src/config.ts'
import { endSchedule, moveSchedule } from '../../src/store/schedules.ts'
import type { Answer } from '../mail/post-office.ts'
import { from, openPost, type Post } from './post.ts'

let post: Post
beforeEach(async () => {
  post = await openPost()
})
afterEach(() => post.close())

const staff: Address = { mail: 'staff@example.com' }
const board: Address = { mail: 'board@example.com' }
const ahead = { is: 'ahead' } as const

describe('a notice by mail', () => {
  test('is a letter to each address, and stays as it was sent', async () => {
    const notice = await post.tell(ahead, staff, board)
    post.start()
    await post.settled('sent')
    expect(post.office.letters.map(({ to }) => to)).toEqual([staff.mail, board.mail])
    const [letter] = post.office.letters
    expect(letter?.mail.subject).toBe(JSON.stringify({ notice }))
    expect(await post.row(noticeKey(notice, staff))).toMatchObject({
      sent_as: { mail: letter?.mail.messageId },
      attempts: 1,
      wanted: 1,
      shown: 1,
    })
    await post.tell({ is: 'start' }, staff)
    await post.settled('sent')
    expect(post.office.letters).toHaveLength(3)
    expect(await post.row(noticeKey(notice, staff))).toMatchObject({ wanted: 1, attempts: 1 })
  })

  test('follows the first one that its reader got for the same schedule', async () => {
    const before = await post.tell(ahead, board)
    post.start()
    await post.settled('sent')
    post.office.interfere = (asked) =>
      asked.for === 'recipient' && asked.address === staff.mail ? '550 5.1.1 No such user' : null
    await post.tell(ahead, staff)
    await post.settled('sent', 'refused')
    post.office.interfere = () => null
    for (const is of ['start', 'end', 'ahead'] as const) {
      await post.tell({ is }, staff, board)
      await post.settled('sent', 'refused')
    }
    const threads = (to: string) =>
      post.office.letters
        .filter((letter) => letter.to === to)
        .map(({ mail }) => ({ id: mail.messageId, follows: mail.inReplyTo, about: mail.references }))
    const [one, two, three] = threads(staff.mail)
    expect(one).toMatchObject({ follows: undefined, about: undefined })
    expect([two, three]).toMatchObject([
      { follows: one?.id, about: one?.id },
      { follows: one?.id, about: one?.id },
    ])
    const [first, ...later] = threads(board.mail)
    expect((await post.row(noticeKey(before, board)))?.sent_as).toEqual({ mail: first?.id })
    expect(later.map(({ follows }) => follows)).toEqual([first?.id, first?.id, first?.id])
  })

  test('carries an invitation, which moves and is taken out with its schedule', async () => {
    const { schedule, history, office } = post
    const calendar = () => {
      const text = office.letters.at(-1)?.mail.attachments[0]?.content.toString() ?? ''
      const get = (name: string) => new RegExp(`^${name}:(.*)\\r$`, 'm').exec(text)?.[1]
      return ['METHOD', 'UID', 'SEQUENCE', 'DTSTART', 'DTEND', 'SUMMARY'].map(get)
    }
    const uid = `${schedule.id.replace('@', '-')}-${Date.parse(schedule.madeAt)}@example.org`
    post.start()
    await post.tell(ahead, staff)
    await post.settled('sent')
    expect(calendar()).toEqual([
      'REQUEST',
      uid,
      '0',
      '20261113T000000Z',
      '20261113T003000Z',
      'HRMS unavailable',
    ])
    const moved = { start: '2026-11-14T00:00:00.000Z', end: '2026-11-14T00:30:00.000Z' }
    await moveSchedule(history.pool, schedule.id, schedule.runbook, moved, 'U0ASHA')
    await post.tell({ is: 'moved', from: schedule.window }, staff)
    await post.settled('sent')
    const after = [uid, '1', '20261114T000000Z', '20261114T003000Z', 'HRMS unavailable']
    expect(calendar()).toEqual(['REQUEST', ...after])
    await endSchedule(history.pool, schedule.id, { as: 'called-off', by: 'U0ASHA', reason: null })
    await post.tell({ is: 'called-off', reason: null, missed: false }, staff)
    await post.settled('sent')
    expect(calendar()).toEqual(['CANCEL', ...after.toSpliced(1, 1, '2')])
    expect(office.letters).toHaveLength(3)
  })

  test('has no invitation where users are out already, or in again', async () => {
    post.start()
    for (const is of ['start', 'end'] as const) {
      await post.tell({ is }, staff)
      await post.settled('sent')
    }
    await post.tell({ is: 'overrun', news: '2026-11-13T00:50:00.000Z', says: null }, staff)
    await post.settled('sent')
    expect(post.office.letters.map(({ mail }) => mail.attachments)).toEqual([[], [], []])
  })
})

test('without Slack, what belongs there waits and is not asked for', async () => {
  await post.tell(ahead, { channel: 'C0ALL' }, staff)
  post.start()
  await expect.poll(() => post.office.letters).toHaveLength(1)
  await expect
    .poll(() => post.history.rows())
    .toMatchObject([
      { state: 'due', attempts: 0 },
      { state: 'sent', attempts: 1 },
    ])
})

test('without a mail server, letters are refused once, with one line in the log', async () => {
  await post.tell(ahead, staff, board)
  const { lines } = post.start({ url: null })
  await post.settled('refused')
  expect(await post.history.rows()).toMatchObject([
    { error: 'no_mail', attempts: 0 },
    { error: 'no_mail', attempts: 0 },
  ])
  expect(lines.map((line) => line['msg'])).toEqual(['SMTP_URL is not set: what should go by mail is refused'])
})

describe('what the server refuses', () => {
  test('is recorded with its codes, for one address alone, and its words only logged', async () => {
    post.office.interfere = (asked) =>
      asked.for === 'recipient' && asked.address === staff.mail ? '550 5.1.1 No Sam Staff here' : null
    const notice = await post.tell(ahead, staff, board)
    const { lines } = post.start()
    await post.settled('sent', 'refused')
    expect(await post.row(noticeKey(notice, staff))).toMatchObject({ state: 'refused', error: '550 5.1.1' })
    expect(post.office.letters.map(({ to }) => to)).toEqual([board.mail])
    expect(lines).toMatchObject([
      { msg: 'the mail server refused a letter', error: '550 5.1.1', says: '550 5.1.1 No Sam Staff here' },
    ])
  })

  test('for now is tried again, and holds up no other one', async () => {
    const refusals: Answer[] = ['450 4.2.0 Grey', '451 4.7.1 Grey', '452 4.2.2 Full']
    const grey: Answer = '450 4.2.0 Grey'
    const hasBoard = () => post.office.letters.some(({ to }) => to === board.mail)
    post.office.interfere = (asked) =>
      asked.for === 'recipient' && asked.address === staff.mail
        ? (refusals.shift() ?? (hasBoard() ? null : grey))
        : null
    await post.tell(ahead, staff, board)
    post.start()
    await post.settled('sent')
    expect(post.office.letters.map(({ to }) => to)).toEqual([board.mail, staff.mail])
    expect(post.office.letters.at(-1)?.mail.text).not.toContain('may appear twice')
  })

  test('for days is refused in the end', async () => {
    post.office.interfere = ({ for: what }) => (what === 'recipient' ? '452 4.2.2 Full' : null)
    const notice = await post.tell(ahead, staff)
    await post.history.pool.query(`update lockkeeper.event set at = now() - interval '3 days'`)
    post.start()
    await post.settled('refused')
    expect(await post.row(noticeKey(notice, staff))).toMatchObject({ error: '452 4.2.2', attempts: 1 })
  })
})

test('what calls somebody goes before what waits', async () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ mail: `reader${i}@example.com` }))
  const held = Promise.withResolvers<null>()
  post.office.interfere = ({ for: what }) => (what === 'letter' ? held.promise : null)
  await post.tell(ahead, ...many)
  post.start()
  await expect
    .poll(async () => (await post.history.rows()).some(({ state }) => state === 'sending'))
    .toBe(true)
  await post.call('ping:1')
  post.office.interfere = () => null
  held.resolve(null)
  await post.settled('sent')
  expect(post.office.letters.findIndex(({ to }) => to === staff.mail)).toBeLessThan(3)
  expect(post.office.connections).toBe(1)
})

test('the secrets of SMTP_URL pass no log', () => {
  const url = 'smtp://lockkeeper:p%40ss-word@mail.example.com:587'
  const said = ['p@ss-word', 'p%40ss-word', Buffer.from('\0lockkeeper\0p@ss-word').toString('base64')]
  const lines: string[] = []
  const config = { databaseUrl: null, slack: null, mail: { url, from, replyTo: null } }
  const redact = makeRedactor(secretsOfConfig(config))
  const log = makeLog({ level: 'info', redact, write: (line) => void lines.push(line) })
  log.info({ url, says: said })
  for (const each of [url, ...said]) expect(lines.join()).not.toContain(each)
  expect(lines.join()).toContain('[secret]')
})
