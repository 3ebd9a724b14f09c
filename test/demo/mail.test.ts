import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Letter } from '../../demo/mail/letter.ts'
import { readInvitation } from '../../demo/mail/invitation.ts'
import { startMailServer, type MailServer } from '../../demo/mail/server.ts'
import { makeState, putLetter } from '../../demo/workspace/state.ts'
import type { Mailer } from '../../src/domain/letter.ts'
import { makeMailer } from '../../src/mail/mailer.ts'
import { letter, window } from '../mail/letters.ts'

describe('The demo’s mail server', () => {
  const letters: Letter[] = []
  let server: MailServer
  let mailer: Mailer

  beforeAll(async () => {
    server = await startMailServer((one) => letters.push(one))
    const from = { name: 'Lockkeeper', address: 'lockkeeper@morishr.test' }
    mailer = makeMailer({ config: { url: server.url, from, replyTo: null }, nameOf: async () => null })
  })
  beforeEach(() => void letters.splice(0))
  afterAll(async () => {
    mailer.close()
    await server.close()
  })

  const entry = {
    id: 'hrms@1',
    madeAt: '2026-11-10T00:00:00.000Z',
    title: 'HRMS unavailable; a title, long enough to be folded by whoever writes iCalendar files',
    window,
  }

  test('takes a letter of Lockkeeper with its text and its invitation', async () => {
    await mailer.send(letter({ invitation: { ...entry, method: 'request', sequence: 0 } }))
    expect(letters).toEqual([
      expect.objectContaining({
        from: 'lockkeeper@morishr.test',
        to: 'staff@example.com',
        subject: expect.stringContaining('HRMS will be unavailable') as string,
        text: expect.stringContaining('Please save your work before') as string,
        answers: null,
        invitation: {
          method: 'REQUEST',
          sequence: 0,
          summary: entry.title,
          start: '2026-11-13T00:00:00Z',
          end: '2026-11-13T00:30:00Z',
        },
      }),
    ])
  })

  test('knows what a letter answers, and that it takes an entry out again', async () => {
    await mailer.send(letter())
    const first = letters[0]?.messageId ?? ''
    await mailer.send(
      letter({ key: 'second', follows: first, invitation: { ...entry, method: 'cancel', sequence: 2 } }),
    )
    expect(first).toMatch(/^<.+@morishr\.test>$/)
    expect(letters[0]).toMatchObject({ answers: null, invitation: null })
    expect(letters[1]).toMatchObject({ answers: first, invitation: { method: 'CANCEL', sequence: 2 } })
  })
})

test('times that are no moments of UTC make no card', () => {
  expect(readInvitation('BEGIN:VEVENT\r\nDTSTART:20261113\r\nDTEND:20261114\r\nEND:VEVENT')).toBeNull()
})

test('the newest 200 letters are kept', () => {
  const state = makeState()
  for (let i = 1; i <= 201; i++) putLetter(state, { id: String(i) } as Letter)
  expect(state.letters.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, i) => String(i + 2)))
})
