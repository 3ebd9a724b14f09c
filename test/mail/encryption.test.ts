import tls from 'node:tls'
import { generate } from 'selfsigned'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { makeMailer } from '../../src/mail/mailer.ts'
import { letter } from './letters.ts'
import { openPostOffice, type PostOffice, type PostOfficeOptions } from './post-office.ts'

// 0.0.0.0 is this machine under a name that does not say so: over the network, as far as the mailer knows.
const elsewhere = '0.0.0.0'
const login = { user: 'lockkeeper', password: 'hunter2' }

interface Certificate {
  key: Buffer
  cert: Buffer
}

/** Of this machine, signed by itself. */
async function makeCertificate(): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'mail' }], {
    extensions: [
      { name: 'subjectAltName', altNames: ['127.0.0.1', elsewhere].map((ip) => ({ type: 7 as const, ip })) },
    ],
  })
  return { key: Buffer.from(key), cert: Buffer.from(cert) }
}

let trusted: Certificate
let unknown: Certificate
const authorities = tls.getCACertificates()
beforeAll(async () => {
  ;[trusted, unknown] = await Promise.all([makeCertificate(), makeCertificate()])
  tls.setDefaultCACertificates([...authorities, trusted.cert.toString()])
})
afterAll(() => tls.setDefaultCACertificates(authorities))

async function open(given: PostOfficeOptions): Promise<PostOffice> {
  const office = await openPostOffice(given)
  onTestFinished(() => office.close())
  return office
}

async function send(url: string): Promise<unknown> {
  const mailer = makeMailer({
    config: { url, from: { name: '', address: 'lockkeeper@example.org' }, replyTo: null },
    nameOf: async () => null,
    limits: { connect: 5_000, answer: 5_000, keep: 5_000 },
  })
  try {
    return await mailer.send(letter())
  } finally {
    mailer.close()
  }
}

const far = (office: PostOffice): string => office.url.replace('127.0.0.1', elsewhere)

test('smtps:// is encrypted from the start', async () => {
  const office = await open({ login, tls: { secure: true, ...trusted } })
  expect(await send(office.url)).toHaveProperty('sent')
  expect(office.encrypted).toEqual([true])
})

test('smtp:// is encrypted as soon as the server offers it', async () => {
  const office = await open({ tls: trusted })
  expect(await send(far(office))).toHaveProperty('sent')
  expect(office.encrypted).toEqual([true])
})

test('a password goes over an encrypted connection', async () => {
  const office = await open({ login, tls: trusted })
  expect(await send(far(office))).toHaveProperty('sent')
  expect(office.encrypted).toEqual([true])
  expect(office.logins).toEqual([login])
})

test('and over no other one', async () => {
  const office = await open({ login })
  expect(await send(far(office))).toMatchObject({ later: 'all', because: 'not-encrypted' })
  expect(office.logins).toEqual([])
  expect(office.letters).toEqual([])
})

test('a server without a password need not encrypt', async () => {
  const office = await open({})
  expect(await send(far(office))).toHaveProperty('sent')
  expect(office.encrypted).toEqual([false])
})

test('a certificate that nobody vouches for is not taken, from the start or later', async () => {
  for (const secure of [true, false]) {
    const office = await open({ login, tls: { secure, ...unknown } })
    expect(await send(far(office))).toMatchObject({
      later: 'all',
      because: 'not-encrypted',
      why: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    })
    expect(office.logins).toEqual([])
  }
})

test('on this machine nothing needs to be encrypted', async () => {
  const office = await open({ login, tls: unknown })
  expect(await send(office.url)).toHaveProperty('sent')
  expect(office.encrypted).toEqual([false])
})
