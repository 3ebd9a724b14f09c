import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Letter } from '../../src/domain/letter.ts'
import type { View } from '../../src/domain/view.ts'
import { makeMailer } from '../../src/mail/mailer.ts'
import { letter, view, window } from './letters.ts'
import { openPostOffice, type PostOffice, type Received } from './post-office.ts'

let office: PostOffice
beforeAll(async () => {
  office = await openPostOffice()
  return () => office.close()
})
beforeEach(() => void office.letters.splice(0))

const from = { name: 'Lockkeeper, HRMS', address: 'lockkeeper@example.org' }
const names: Record<string, string> = { U0ASHA: 'Asha Ramgoolam' }

async function received(given: Partial<Letter> = {}, replyTo: typeof from | null = null): Promise<Received> {
  const mailer = makeMailer({
    config: { url: office.url, from, replyTo },
    nameOf: async (person) => names[person] ?? null,
  })
  await mailer.send(letter(given))
  mailer.close()
  const last = office.letters.at(-1)
  if (!last) throw new Error('no letter came')
  return last
}

const said = (given: Partial<View>): Partial<Letter> => ({ view: { ...view, ...given } })

describe('a letter', () => {
  test('says its state in its subject, in the runbook’s zone and UTC, and names people', async () => {
    const { mail } = await received()
    const state = 'HRMS will be unavailable on Friday 13 November 2026, 04:00–04:30 MUT (00:00–00:30 UTC)'
    expect(mail.subject).toBe(state)
    expect(mail.text).toBe(`${state}\n\nPlease save your work before. Questions: Asha Ramgoolam\n`)
    expect(mail.from?.value).toEqual([from])
    expect(mail.to).toMatchObject({ value: [{ address: 'staff@example.com' }] })
    expect(mail.html).toContain('<strong>HRMS will be unavailable on </strong>Friday 13 November 2026')
    expect(mail.html).toContain('<p>Please save your work before. Questions: Asha Ramgoolam</p>')
  })

  test('is answered by nobody’s machine, and its answers go where the configuration says', async () => {
    const replyTo = { name: 'Operations', address: 'ops@example.org' }
    const { mail } = await received({}, replyTo)
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated')
    expect(mail.headers.get('x-auto-response-suppress')).toBe('All')
    expect(mail.replyTo?.value).toEqual([replyTo])
    expect((await received()).mail.replyTo).toBeUndefined()
  })

  test('has the same Message-ID when it is sent again, and another delivery another one', async () => {
    const ids = [
      await received(),
      await received(),
      await received({ key: 'notice:hrms@1/2:staff@example.com' }),
      await received({ madeAt: '2027-01-01T00:00:00.000Z' }),
    ].map(({ mail }) => mail.messageId)
    expect(ids[0]).toMatch(/^<[0-9a-f]{40}@example\.org>$/)
    expect(ids[1]).toBe(ids[0])
    expect(new Set(ids).size).toBe(3)
  })

  test('belongs below the letter that it follows', async () => {
    const { mail } = await received({ follows: '<first@example.org>' })
    expect(mail.inReplyTo).toBe('<first@example.org>')
    expect(mail.references).toBe('<first@example.org>')
    expect((await received()).mail.inReplyTo).toBeUndefined()
  })

  test('holds markup of nobody but us, and nothing that is fetched', async () => {
    const evil = '<script>alert(1)</script> & "you"\r\nBcc: eve@example.com'
    const { mail, raw } = await received(
      said({
        state: [evil],
        parts: [
          { part: 'text', line: [{ bold: evil }, { code: '<img src=x>' }, { italic: 'a < b' }] },
          { part: 'code', text: 'select 1 < 2' },
        ],
      }),
    )
    const html = String(mail.html)
    expect(html).not.toMatch(/<script|<img|https?:/)
    expect(html).toContain(
      '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;you&quot;<br>Bcc: eve@example.com',
    )
    expect(html).toContain('<code>&lt;img src=x&gt;</code><em>a &lt; b</em>')
    expect(html).toContain('select 1 &lt; 2</pre>')
    expect(mail.subject).toBe('<script>alert(1)</script> & "you" Bcc: eve@example.com')
    expect(raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im)
  })

  test('draws lists, rows and small print', async () => {
    const { mail } = await received(
      said({
        state: ['State'],
        parts: [
          { part: 'list', numbered: true, items: [['one'], ['two']] },
          { part: 'rows', rows: [{ word: 'Done', line: ['stopped'] }] },
          { part: 'note', line: ['small'] },
        ],
      }),
    )
    expect(mail.text).toBe('State\n\n1. one\n2. two\n\nDone: stopped\n\nsmall\n')
    expect(mail.html).toContain('<ol><li>one</li><li>two</li></ol>')
    expect(mail.html).toContain('<ul><li><strong>Done:</strong> stopped</li></ul>')
    expect(mail.html).toMatch(/<p style="[^"]*">small<\/p>/)
  })

  test('says what to type in Slack where there would be a button', async () => {
    const ack = { label: 'Acknowledge', says: 'Stops the pings', command: 'ack', input: { run: '7F3A-1' } }
    const { mail } = await received(said({ state: ['HRMS is down'], parts: [], actions: [ack] }))
    expect(mail.text).toContain('- /migrate ack 7F3A-1: Stops the pings')
    expect(mail.html).toContain('<li><code>/migrate ack 7F3A-1</code>: Stops the pings</li>')
  })

  test('has a subject that fits, and all of a long text', async () => {
    const long = 'ä'.repeat(5_000)
    const { mail } = await received(said({ state: [long], parts: [] }))
    expect(mail.subject).toBe(`${'ä'.repeat(199)}…`)
    expect(mail.text?.trim()).toBe(long)
  })
})

describe('an invitation', () => {
  const invitation = {
    id: 'hrms@1',
    madeAt: '2026-11-01T09:15:00.000Z',
    method: 'request',
    sequence: 0,
    title: 'HRMS; unavailable',
    window,
  } as const

  /** The lines of its calendar, as the alternative of the letter and as a file; unfolded. */
  const calendarsOf = ({ mail }: Received) =>
    mail.attachments.map(({ contentType, filename, contentDisposition, content, headers }) => ({
      contentType,
      filename,
      contentDisposition,
      method: (headers.get('content-type') as unknown as { params: { method?: string } }).params.method,
      lines: content.toString().replaceAll('\r\n ', '').split('\r\n'),
    }))

  test('is in the letter twice: to be asked about, and as a file', async () => {
    const [shown, file] = calendarsOf(await received({ invitation }))
    expect(shown).toMatchObject({ contentType: 'text/calendar', method: 'REQUEST' })
    expect(file).toMatchObject({
      contentType: 'application/ics',
      filename: 'invite.ics',
      contentDisposition: 'attachment',
    })
    expect(file?.lines).toEqual(shown?.lines)
    expect(shown?.lines).toEqual(
      expect.arrayContaining([
        'METHOD:REQUEST',
        'UID:hrms-1-1793524500000@example.org',
        'SEQUENCE:0',
        'DTSTART:20261113T000000Z',
        'DTEND:20261113T003000Z',
        'SUMMARY:HRMS\\; unavailable',
        'TRANSP:TRANSPARENT',
        'STATUS:CONFIRMED',
        'X-MICROSOFT-CDO-BUSYSTATUS:FREE',
        'ORGANIZER;CN="Lockkeeper, HRMS":mailto:lockkeeper@example.org',
      ]),
    )
    expect(shown?.lines.find((line) => line.startsWith('ATTENDEE'))).toMatch(
      /ROLE=OPT-PARTICIPANT.*RSVP=FALSE:MAILTO:staff@example\.com$/,
    )
  })

  test('is taken out by the same id', async () => {
    const [shown] = calendarsOf(
      await received({ invitation: { ...invitation, method: 'cancel', sequence: 2 } }),
    )
    expect(shown?.method).toBe('CANCEL')
    expect(shown?.lines).toEqual(
      expect.arrayContaining([
        'METHOD:CANCEL',
        'STATUS:CANCELLED',
        'SEQUENCE:2',
        'UID:hrms-1-1793524500000@example.org',
      ]),
    )
  })

  test('is in no letter that has none', async () => {
    expect((await received()).mail.attachments).toEqual([])
  })
})
