import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRender } from '../../src/deliveries/render.ts'
import { linked } from '../../src/deliveries/take-link.ts'
import type { Contact } from '../../src/domain/escalation.ts'
import { htmlOf } from '../../src/mail/html.ts'
import { textOf } from '../../src/mail/text.ts'
import { acknowledge } from '../../src/runs/calling.ts'
import { buttonOf } from '../../src/store/buttons.ts'
import { asha, calling, mei, openNight, type Night } from '../notices/night.ts'

let night: Night
beforeAll(async () => {
  night = await openNight()
})
afterAll(() => night.close())

const base = 'https://lockkeeper.test'
const address = 'asha@morishr.test'

/** The lead is pinged, who has an e-mail address; others may have the same. */
async function ping(others: Partial<Contact> = {}) {
  const [lead, dba, ...rest] = calling.contacts as [Contact, Contact, ...Contact[]]
  const contacts = [{ ...lead, email: address }, { ...dba, ...others }, ...rest]
  const driven = await night.start(mei.person, {}, { contacts })
  await night.ask(driven)
  await night.look(16)
  const [event] = await night.happened(driven.run.id, 'alarm.pinged')
  const shows = { event: event!.seq }
  const letter = async (to = address, at: string | undefined = base) => {
    const view = (await makeRender({ pool: night.pool, peopleOf: async () => [] })(shows))!
    return linked(night.pool, at, { key: `ping:${driven.run.id}`, to: { mail: to }, shows }, view)
  }
  return { run: driven.run.id, letter }
}

test('a ping to an address of one person has a link that acknowledges it, theirs alone, for a day', async () => {
  const { run, letter } = await ping()
  const view = await letter()
  const [, nonce] = /https:\/\/lockkeeper\.test\/take\/([\w-]+) opens a page/.exec(textOf(view, {})) ?? []
  expect(htmlOf(view, {})).toContain(`<a href="${base}/take/${nonce}">${base}/take/${nonce}</a>`)
  expect(await buttonOf(night.pool, nonce!)).toMatchObject({
    command: 'ack',
    input: { run },
    person: asha.person,
  })
  const { rows } = await night.pool.query<{ days: number }>(
    `select round(extract(epoch from expires_at - now()) / 86400)::int as days from lockkeeper.button where nonce = $1`,
    [nonce],
  )
  expect(rows).toEqual([{ days: 1 }])
  expect(textOf(await letter(), {})).toContain(nonce)
})

test('without an address to reach us, of several people, or of nobody in Slack, it has none', async () => {
  const { letter } = await ping({ email: address, person: 'U0DAN' })
  expect(textOf(await letter(), {})).not.toContain('/take/')
  const one = await ping({ email: 'dba@morishr.test' })
  expect(textOf(await one.letter('dba@morishr.test'), {})).not.toContain('/take/')
  expect(textOf(await one.letter('somebody@morishr.test'), {})).not.toContain('/take/')
  expect(textOf(await one.letter(address, ''), {})).not.toContain('/take/')
})

test('what somebody has already has none', async () => {
  const { run, letter } = await ping()
  await acknowledge(night.pool, run, mei)
  expect(textOf(await letter(), {})).not.toContain('/take/')
})
