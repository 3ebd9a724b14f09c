import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { makeMailer, type Limits } from '../../src/mail/mailer.ts'
import type { Mailer } from '../../src/domain/letter.ts'
import { makeProxy } from '../adapters/tcp-proxy.ts'
import { letter } from './letters.ts'
import { openPostOffice, type Answer, type PostOffice, type PostOfficeOptions } from './post-office.ts'

const login = { user: 'lockkeeper', password: 'p%ss/w@rd' }
const from = { name: 'Lockkeeper', address: 'lockkeeper@example.org' }

async function open(given: PostOfficeOptions = {}): Promise<PostOffice> {
  const office = await openPostOffice(given)
  onTestFinished(() => office.close())
  return office
}

const mailers: Mailer[] = []
afterEach(() => mailers.splice(0).forEach((mailer) => mailer.close()))

function mailerOf(url: string, limits: Partial<Limits> = {}): Mailer {
  const mailer = makeMailer({
    config: { url, from, replyTo: null },
    nameOf: async () => null,
    limits: { connect: 5_000, answer: 5_000, keep: 5_000, ...limits },
  })
  mailers.push(mailer)
  return mailer
}

/** Answers so once, when this is asked. */
function once(office: PostOffice, what: 'session' | 'sender' | 'recipient' | 'letter', answer: Answer): void {
  office.interfere = (asked) => {
    if (asked.for !== what) return null
    office.interfere = () => null
    return answer
  }
}

describe('a letter', () => {
  test('goes out, with the user and password of the URL', async () => {
    const office = await open({ login })
    const sent = await mailerOf(office.url).send(letter())
    expect(office.logins).toEqual([login])
    const [received] = office.letters
    expect(received?.to).toBe('staff@example.com')
    expect(sent).toEqual({ sent: { mail: received?.mail.messageId } })
  })

  test('after another one goes over the same connection, which is let go when nobody needs it', async () => {
    const office = await open()
    const mailer = mailerOf(office.url, { keep: 50 })
    for (const to of ['a@example.com', 'b@example.com', 'c@example.com']) await mailer.send(letter({ to }))
    expect(office.letters.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com', 'c@example.com'])
    expect(office.connections).toBe(1)
    await expect.poll(office.open).toBe(0)
  })

  test('goes over a new connection where the server has ended the old one', async () => {
    const office = await open()
    const mailer = mailerOf(office.url)
    await mailer.send(letter({ to: 'a@example.com' }))
    office.hangUp()
    expect(await mailer.send(letter({ to: 'b@example.com' }))).toHaveProperty('sent')
    expect(office.connections).toBe(2)
    expect(office.letters).toHaveLength(2)
  })
})

describe('what the server says of one letter', () => {
  test.each([
    ['recipient', '550 5.1.1 No such user', { refused: '550 5.1.1', says: '550 5.1.1 No such user' }],
    ['recipient', '553 Not here', { refused: '553', says: '553 Not here' }],
    ['letter', '554 5.7.1 Looks like spam', { refused: '554 5.7.1', says: '554 5.7.1 Looks like spam' }],
    ['recipient', '450 4.2.0 Greylisted', { later: 'this', why: '450 4.2.0', says: '450 4.2.0 Greylisted' }],
    ['letter', '451 4.3.0 Try again', { later: 'this', why: '451 4.3.0', says: '451 4.3.0 Try again' }],
  ] as const)('at its %s, %s, counts for that one', async (what, answer, expected) => {
    const office = await open()
    const mailer = mailerOf(office.url)
    once(office, what, answer)
    expect(await mailer.send(letter())).toEqual(expected)
    expect(await mailer.send(letter({ to: 'other@example.com' }))).toHaveProperty('sent')
    expect(office.letters.map(({ to }) => to)).toEqual(['other@example.com'])
  })

  test('is cut to a line of 100 characters', async () => {
    const office = await open()
    once(office, 'recipient', `550 5.1.1 ${'no '.repeat(100)}`)
    const posted = await mailerOf(office.url).send(letter())
    expect(posted).toMatchObject({ refused: '550 5.1.1', says: /^550 5\.1\.1 no .{89}$/ })
  })
})

describe('what the server says of all letters', () => {
  test.each([
    ['session', '554 5.3.2 No service', { because: 'away', why: '554 5.3.2' }],
    ['session', '421 4.3.2 Going down', { because: 'away', why: '421 4.3.2' }],
    ['recipient', '421 4.7.0 Too many', { because: 'away', why: '421 4.7.0' }],
    ['letter', '421 4.7.0 Too many', { because: 'away', why: '421 4.7.0' }],
    ['sender', '451 4.7.1 Slow down', { because: 'away', why: '451 4.7.1' }],
    ['sender', '550 5.7.60 Not you', { because: 'locked-out', why: '550 5.7.60' }],
    ['recipient', '530 5.7.0 Who are you?', { because: 'locked-out', why: '530 5.7.0' }],
  ] as const)('at the %s, %s, holds up all of them', async (what, answer, expected) => {
    const office = await open()
    once(office, what, answer)
    expect(await mailerOf(office.url).send(letter())).toMatchObject({ later: 'all', ...expected })
    expect(office.letters).toEqual([])
  })

  test('of our password holds up all of them', async () => {
    const office = await open({ login })
    const mailer = mailerOf(office.url.replace(encodeURIComponent(login.password), 'wrong'))
    expect(await mailer.send(letter())).toMatchObject({
      later: 'all',
      because: 'locked-out',
      why: '535 5.7.8',
    })
    expect(office.letters).toEqual([])
  })
})

describe('without an answer', () => {
  test('a server where nobody listens is away', async () => {
    const office = await open()
    await office.goDown()
    const expected = { later: 'all', because: 'away', why: 'ECONNREFUSED', says: '' }
    expect(await mailerOf(office.url).send(letter())).toEqual(expected)
    await office.comeUp()
  })

  test('a server that does not greet is away', async () => {
    const office = await open()
    const held = Promise.withResolvers<null>()
    office.interfere = ({ for: what }) => (what === 'session' ? held.promise : null)
    const posted = await mailerOf(office.url, { connect: 100 }).send(letter())
    expect(posted).toEqual({ later: 'all', because: 'away', why: 'ETIMEDOUT', says: '' })
    held.resolve(null)
  })

  test('a server that says nothing more before it asked for the letter is away', async () => {
    const office = await open()
    const held = Promise.withResolvers<null>()
    office.interfere = ({ for: what }) => (what === 'recipient' ? held.promise : null)
    const posted = await mailerOf(office.url, { answer: 600 }).send(letter())
    expect(posted).toMatchObject({ later: 'all', because: 'away', why: 'ETIMEDOUT' })
    held.resolve(null)
  })

  test('a letter that was sent may have arrived, whether the connection ends', async () => {
    const office = await open()
    once(office, 'letter', 'cut')
    expect(await mailerOf(office.url).send(letter())).toEqual({ unsure: true, why: 'ECONNECTION' })
    expect(office.letters).toHaveLength(1)
  })

  test('or nothing comes in time', async () => {
    const office = await open()
    const held = Promise.withResolvers<null>()
    office.interfere = ({ for: what }) => (what === 'letter' ? held.promise : null)
    const mailer = mailerOf(office.url, { answer: 600 })
    expect(await mailer.send(letter())).toEqual({ unsure: true, why: 'ETIMEDOUT' })
    held.resolve(null)
  })

  test('a connection that is kept and dies unseen is tried anew before the letter was asked for', async () => {
    const office = await open()
    const proxy = await makeProxy(office.url)
    onTestFinished(() => proxy.close())
    const mailer = mailerOf(proxy.url, { answer: 600 })
    await mailer.send(letter({ to: 'a@example.com' }))
    proxy.blackholeAfter(0)
    const second = mailer.send(letter({ to: 'b@example.com' }))
    await proxy.held()
    proxy.blackholeAfter(Number.POSITIVE_INFINITY)
    expect(await second).toHaveProperty('sent')
    expect(office.letters.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com'])
  })
})
