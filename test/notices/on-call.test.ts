import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import type { Contact } from '../../src/domain/escalation.ts'
import { runbookSchema } from '../../src/domain/runbook.ts'
import { calling, mei, openNight, type Night } from './night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

const contactSchema = runbookSchema.shape.contacts.unwrap().element
const [lead, , cto, ceo] = calling.contacts as [Contact, Contact, Contact, Contact]
/** The same escalation, its DBA somebody else. */
const withDba = (dba: Record<string, unknown>) => ({
  contacts: [lead, contactSchema.parse({ role: 'DBA', ...dba }), cto, ceo],
})
const node = (script: string, more = {}) => ({
  onCall: { command: [process.execPath, '-e', script], ...more },
})
const prints = (text: string) => node(`console.log(${JSON.stringify(text)})`)

/** A gate waits until the DBA's time. */
async function pingOfDba(dba: Record<string, unknown>) {
  const driven = await night.start(mei.person, {}, withDba(dba))
  await night.ask(driven)
  await night.look(0)
  await night.look(16)
  const ping = (await night.happened(driven.run.id, 'alarm.pinged')).at(-1)
  return { run: driven.run.id, ping }
}

describe('who is on call', () => {
  test('is asked at that moment, and pinged', async () => {
    const { ping } = await pingOfDba(prints('U0KIM'))
    expect(ping).toMatchObject({
      steps: [{ place: 1 }],
      people: ['U0KIM'],
      onCall: [{ contact: 'DBA', people: ['U0KIM'] }],
      lost: [],
      early: [],
    })
  })

  test('is asked of nobody before it is their turn', async () => {
    const driven = await night.start(mei.person, {}, withDba(node('process.exit(1)')))
    await night.ask(driven)
    await night.look(0)
    expect(await night.happened(driven.run.id, 'alarm.pinged')).toMatchObject([
      { steps: [{ place: 0 }], lost: [] },
    ])
  })

  test.each([
    ['fails', node('process.exit(3)'), { is: 'ended', exitCode: 3 }],
    ['hangs', node('setInterval(() => {}, 1000)', { within: '100ms' }), { is: 'late' }],
    ['names nobody', prints(''), { is: 'nobody' }],
    ['is not understood', prints('Kim'), { is: 'unread' }],
    [
      'needs a secret that is not set',
      { onCall: { url: '{ROTA_URL}' } },
      { is: 'unset', variable: 'ROTA_URL' },
    ],
  ])(
    'and nobody knows, since what tells it %s: the next one is called at once, once',
    async (_, dba, why) => {
      const { run, ping } = await pingOfDba(dba)
      expect(ping).toMatchObject({
        steps: [{ place: 1 }, { place: 2 }],
        people: [mei.person],
        lost: [{ code: 'on-call-unknown', contact: 'DBA', why }],
        early: [2],
        inChannel: true,
      })
      await night.look(31)
      expect(await night.happened(run, 'alarm.pinged')).toHaveLength(2)
    },
  )

  test('and nobody knows, but somebody else of them is known: they are called, and nobody instead', async () => {
    const { ping } = await pingOfDba({ ...node('process.exit(3)'), person: 'U0DAN' })
    expect(ping).toMatchObject({
      steps: [{ place: 1 }],
      people: ['U0DAN'],
      lost: [{ contact: 'DBA' }],
      early: [],
    })
  })

  test('and everybody after them is unknown too: the last one is called', async () => {
    const silent = contactSchema.parse({ role: 'CTO', group: 'S0NOBODY' })
    const driven = await night.start(
      mei.person,
      {},
      {
        contacts: [
          lead,
          contactSchema.parse({ role: 'DBA', ...prints('') }),
          silent,
          { ...ceo, person: 'U0CEO' },
        ],
        escalation: [...calling.escalation.slice(0, 3), { contact: 'CEO', after: 3_600_000 }],
      },
    )
    await night.ask(driven)
    await night.look(16)
    expect((await night.happened(driven.run.id, 'alarm.pinged')).at(-1)).toMatchObject({
      steps: [{ place: 0 }, { place: 1 }, { place: 2 }, { place: 3 }],
      untold: ['S0NOBODY'],
      early: [2, 3],
    })
  })

  test('of one run does not keep another from being pinged', async () => {
    const slow = await night.start(
      mei.person,
      {},
      withDba(node('setInterval(() => {}, 1000)', { within: '2s' })),
    )
    const other = await night.start(mei.person)
    await night.ask(slow)
    await night.ask(other)
    const looking = night.look(16)
    await expect.poll(() => night.happened(other.run.id, 'alarm.pinged')).toHaveLength(1)
    expect(await night.happened(slow.run.id, 'alarm.pinged')).toEqual([])
    await looking
    expect(await night.happened(slow.run.id, 'alarm.pinged')).toHaveLength(1)
  })
})

describe('e-mail', () => {
  const toMail = async (run: string) => {
    await fanOut(night.pool)
    const { rows } = await night.pool.query<{ to: object }>(
      `select to_address as "to" from lockkeeper.delivery where key like 'ping:' || $1 || '%' and to_address ? 'mail' order by seq`,
      [run],
    )
    return rows.map(({ to }) => to)
  }

  test('is sent to a contact, and to who is on call, where mail is configured', async () => {
    night.mails = true
    const { run, ping } = await pingOfDba({ ...prints('kim@morishr.com'), email: 'dba@morishr.com' })
    night.mails = false
    expect(ping).toMatchObject({ people: [], early: [], mail: ['dba@morishr.com', 'kim@morishr.com'] })
    expect(await toMail(run)).toEqual([{ mail: 'dba@morishr.com' }, { mail: 'kim@morishr.com' }])
  })

  test('alone is nobody where none is configured: the next one is called', async () => {
    const { run, ping } = await pingOfDba(prints('kim@morishr.com'))
    expect(ping).toMatchObject({ people: [mei.person], early: [2], mail: [] })
    expect(await toMail(run)).toEqual([])
  })
})

test('whose notifications are paused at that moment is noted', async () => {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()
  night.quiet = {
    U0DAN: { from: at(-60), until: at(60) },
    U0KIM: { from: at(60), until: at(120) },
  }
  const { ping } = await pingOfDba({ group: 'S0DBA' })
  night.quiet = {}
  expect(ping).toMatchObject({ people: ['U0DAN', 'U0KIM'], paused: ['U0DAN'] })
})
