import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { noticeKey, type Address, type Sent } from '../../src/domain/delivery.ts'
import { openPost, type Post } from './post.ts'

let post: Post
beforeEach(async () => {
  post = await openPost()
})
afterEach(() => post.close())

const staff: Address = { mail: 'staff@example.com' }
const board: Address = { mail: 'board@example.com' }
const ahead = { is: 'ahead' } as const

describe('while the mail server is away', () => {
  test('letters wait with one line in the log, Slack goes on, and what is late says so', async () => {
    const { history, office } = post
    await office.goDown()
    await post.tell(ahead, { channel: 'C0ALL' }, staff, board)
    await history.pool.query(`update lockkeeper.event set at = now() - interval '5 hours'`)
    const { lines } = post.start()
    const posted = post.pumpSlack(async () => ({ sent: { channel: 'C0ALL', ts: '1.1' } }))
    await expect.poll(() => posted).toEqual([expect.stringContaining('notice:')])
    const tries = async () => (await history.rows()).reduce((sum, row) => sum + row.attempts, 0)
    await expect.poll(tries).toBeGreaterThan(4)
    const outage = () => lines.filter((line) => line['code'] === 'mail-away')
    expect(outage()).toMatchObject([{ error: 'ECONNREFUSED', level: 40 }])
    const states = async () => (await history.rows()).map(({ state }) => state)
    await expect.poll(states).toEqual(['sent', 'due', 'due'])
    await office.comeUp()
    await post.settled('sent')
    expect(office.letters.map(({ to }) => to).toSorted()).toEqual([board.mail, staff.mail])
    for (const { mail } of office.letters) expect(mail.text).toMatch(/from .*UTC, sent late/)
    expect(office.letters[0]?.mail.text).not.toContain('may appear twice')
    expect(lines.filter((line) => line['msg'] === 'Letters go out again')).toHaveLength(1)
    expect(outage()).toHaveLength(1)
  })

  test('it is left alone for a while', async () => {
    const { history, office } = post
    office.interfere = ({ for: what }) => (what === 'session' ? '421 4.3.2 Going down' : null)
    const first = await post.tell(ahead, staff)
    post.start({ pace: { away: { first: 60_000, most: 60_000 } } })
    await expect.poll(async () => (await post.row(noticeKey(first, staff)))?.error).toBe('421 4.3.2')
    for (const is of ['ahead', 'start', 'end'] as const) await post.tell({ is }, board)
    await expect.poll(async () => (await history.rows()).length).toBe(4)
    expect(office.connections).toBe(1)
  })

  test('a notice that was overtaken meanwhile is not sent: its reader is told what counts', async () => {
    const { office } = post
    await office.goDown()
    const first = await post.tell(ahead, staff, board)
    post.start()
    await expect.poll(async () => (await post.row(noticeKey(first, staff)))?.attempts).toBeGreaterThan(0)
    const second = await post.tell({ is: 'called-off', reason: null, missed: false }, staff)
    await expect.poll(() => post.row(noticeKey(second, staff))).toBeDefined()
    await office.comeUp()
    await post.settled('sent', 'refused')
    expect(await post.row(noticeKey(first, staff))).toMatchObject({ state: 'refused', error: 'superseded' })
    expect(office.letters.map(({ to, mail }) => `${to} ${mail.subject}`).toSorted()).toEqual([
      `${board.mail} ${JSON.stringify({ notice: first })}`,
      `${staff.mail} ${JSON.stringify({ notice: second })}`,
    ])
  })

  test('a password that is not taken is named in the log, and letters wait', async () => {
    const login = { user: 'lockkeeper', password: 'hunter2-of-mail' }
    const guarded = await openPost({ login })
    onTestFinished(() => guarded.close())
    const url = guarded.office.url.replace('hunter2-of-mail', 'hunter3-of-mail')
    const notice = await guarded.tell(ahead, staff)
    const { lines } = guarded.start({ url })
    await expect
      .poll(() => lines.filter((line) => line['code'] === 'mail-away'))
      .toMatchObject([{ error: '535 5.7.8', msg: expect.stringContaining('user and password of SMTP_URL') }])
    expect(await guarded.row(noticeKey(notice, staff))).toMatchObject({ error: '535 5.7.8' })
    const text = JSON.stringify([lines, await guarded.history.rows()])
    expect(text).not.toContain('hunter3-of-mail')
    expect(text).not.toContain(Buffer.from('\0lockkeeper\0hunter3-of-mail').toString('base64'))
  })
})

test('while Slack is away letters go out', async () => {
  await post.tell(ahead, { channel: 'C0ALL' }, staff)
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const asked = post.pumpSlack(async () => ({ later, why: 'ECONNREFUSED', busy: false }))
  await expect.poll(() => asked).toHaveLength(1)
  post.start()
  await expect.poll(() => post.office.letters).toHaveLength(1)
  await post.tell({ is: 'start' }, { channel: 'C0ALL' }, staff)
  await expect.poll(() => post.office.letters).toHaveLength(2)
  await expect
    .poll(async () => (await post.history.rows()).map(({ state }) => state))
    .toEqual(['due', 'sent', 'due', 'sent'])
  expect(asked).toHaveLength(1)
})

describe('a letter whose answer was lost', () => {
  test('is not sent again when it is a notice', async () => {
    post.office.interfere = ({ for: what }) => (what === 'letter' ? 'cut' : null)
    const notice = await post.tell(ahead, staff)
    post.start()
    await post.settled('unsure')
    post.office.interfere = () => null
    await post.tell({ is: 'start' }, board)
    await expect.poll(() => post.office.letters.map(({ to }) => to)).toEqual([staff.mail, board.mail])
    expect(await post.row(noticeKey(notice, staff))).toMatchObject({
      state: 'unsure',
      error: 'ECONNECTION',
      attempts: 1,
    })
  })

  test('is sent again when it calls somebody, as the same letter, marked as such', async () => {
    let lost = false
    post.office.interfere = ({ for: what }) => {
      if (what !== 'letter' || lost) return null
      lost = true
      return 'cut'
    }
    await post.call('ping:1')
    post.start()
    await post.settled('sent')
    const [one, two] = post.office.letters
    expect(two?.mail.messageId).toBe(one?.mail.messageId)
    expect(one?.mail.text).not.toContain('(may appear twice)')
    expect(two?.mail.text).toContain('(may appear twice)')
  })
})

test('a post in Slack whose answer was lost is not sent again when it is a notice', async () => {
  const notice = await post.tell(ahead, { channel: 'C0ALL' })
  const run = await post.history.start()
  const posted = post.pumpSlack(async (key) =>
    posted.filter((one) => one === key).length > 1
      ? { sent: { channel: 'C0ALL', ts: '1.1' } }
      : { unsure: 'ETIMEDOUT' },
  )
  await expect.poll(async () => (await post.row(`run:${run}`))?.state).toBe('sent')
  const key = noticeKey(notice, { channel: 'C0ALL' })
  expect(await post.row(key)).toMatchObject({ state: 'unsure', attempts: 1 })
  expect(posted.filter((one) => one === key)).toHaveLength(1)
})

test('a process that is killed in the middle leaves one letter unsure, and the next one sends the others', async () => {
  const { history, office } = post
  const many = Array.from({ length: 30 }, (_, i) => ({ mail: `reader${i}@example.com` }))
  const notice = await post.tell(ahead, ...many)
  const script = path.join(import.meta.dirname, '../fixtures/sends-letters.ts')
  // Each is killed with a letter taken and not answered, the last one before it was asked for the letter.
  for (const [i, what] of (['letter', 'letter', 'recipient'] as const).entries()) {
    const taken = Promise.withResolvers<void>()
    const never = Promise.withResolvers<'cut'>()
    let seen = 0
    office.interfere = (asked) => {
      if (asked.for !== what || ++seen < 4 + i) return null
      taken.resolve()
      return never.promise
    }
    const child = spawn(process.execPath, [script, history.url, office.url], { stdio: 'ignore' })
    const gone = once(child, 'exit')
    await taken.promise
    child.kill('SIGKILL')
    await gone
    never.resolve('cut')
  }
  office.interfere = () => null
  post.start()
  await post.settled('sent', 'unsure')
  const rows = await history.rows()
  expect(rows.filter(({ state }) => state === 'unsure')).toHaveLength(3)
  const counts = many.map((to) => office.letters.filter((letter) => letter.to === to.mail).length)
  expect(Math.max(...counts)).toBe(1)
  for (const [i, to] of many.entries())
    if (rows.find(({ key }) => key === noticeKey(notice, to))?.state === 'sent') expect(counts[i]).toBe(1)
  expect(rows.every(({ attempts }) => attempts === 1)).toBe(true)
})

test('a pump that begins leaves alone what the other one is sending', async () => {
  const held = Promise.withResolvers<Sent>()
  const never = Promise.withResolvers<null>()
  post.office.interfere = ({ for: what }) => (what === 'letter' ? never.promise : null)
  await post.tell(ahead, { channel: 'C0ALL' }, staff)
  const states = async () => (await post.history.rows()).map(({ state }) => state)
  const posted = post.pumpSlack(() => held.promise)
  await expect.poll(() => posted).toHaveLength(1)
  post.start()
  await expect.poll(states).toEqual(['sending', 'sending'])
  post.pumpSlack(() => held.promise)
  await post.tell({ is: 'start' }, { channel: 'C0OTHER' })
  await expect.poll(states).toEqual(['unsure', 'sending', 'sending'])
  held.resolve({ sent: { channel: 'C0ALL', ts: '1.1' } })
  never.resolve(null)
  await post.settled('sent')
})

test('a shutdown ends between two letters', async () => {
  const held = Promise.withResolvers<null>()
  const { office, history } = post
  office.interfere = ({ for: what }) => (what === 'letter' ? held.promise : null)
  await post.tell(ahead, staff, board)
  const one = post.start()
  await expect.poll(async () => (await history.rows()).map(({ state }) => state)).toEqual(['sending', 'due'])
  const stopping = one.stop()
  held.resolve(null)
  await stopping
  expect((await history.rows()).map(({ state }) => state)).toEqual(['sent', 'due'])
})
