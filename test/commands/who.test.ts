import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import type { Shows } from '../../src/domain/delivery.ts'
import { insertSchedule } from '../../src/store/schedules.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { asha, dan, eve, fill, formOf, mei, openOffice, saidBy, type Office } from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice((written) => {
    written.contacts[0].person = asha.person.replace('_', '0')
    written.contacts[1].onCall = {
      command: [process.execPath, '-e', 'console.log("U0DAN\\nkim@morishr.test")'],
    }
    written.contacts[3].person = 'U0MEI'
  })
})
afterEach(() => office.close())

const name = 'add-security-enhancements'
const says = async (...given: Parameters<Office['desk']['typed']>) =>
  saidBy(await office.desk.typed(...given))
/** As the runbook calls them: its ids have no underscore. */
const [ashaCalled, danCalled] = [
  { ...asha, person: 'U0ASHA' },
  { ...dan, person: 'U0DAN' },
]

describe('who', () => {
  test('shows contacts, who can decide, by what they are reached, and pings nobody', async () => {
    const said = await says(eve, ['who'])
    expect(said.split('\n')[0]).toMatch(/^add-security-enhancements on test_\w+: nothing runs$/)
    expect(said).toContain('Runs it and decides: @U_ASHA or @U_MEI')
    expect(said).toContain('Says reviewed (database-team): @U_DAN')
    expect(said).toContain(
      '- at once: Migration Lead — @U0ASHA in Slack, +230-XXXX-XXXX, migrations@morishr.com\n',
    )
    expect(said).toContain('- only at once when it is critical: CEO — ')
    expect(said).toContain('- Support — support@morishr.com')
    expect(said).toContain('Nobody was pinged by this. No e-mail is sent: addresses are for people to use.')
    const { rows } = await office.pool.query('select from lockkeeper.event')
    expect(rows).toEqual([])
  })

  test('says who is on call now, or why nobody knows', async () => {
    expect(await says(eve, ['who'])).toContain(
      '- after 15 min, after 5 min while users are out: DBA On-Call — who is on call, +230-XXXX-XXXX, dba@morishr.com; on call now: @U0DAN and kim@morishr.test\n',
    )
    await office.rewrite((written) => (written.contacts[1].onCall.command[2] = 'process.exit(3)'))
    expect(await says(eve, ['who'])).toContain(
      '; nobody knows who is on call: the command ended with exit code 3\n',
    )
  })

  test('says whose notifications are paused, now and when it is to run, and who is in a group', async () => {
    const start = new Date(Date.now() + 7 * 86_400_000)
    const at = (hours: number) => new Date(start.getTime() - 5 * 86_400_000 + hours * 3_600_000).toISOString()
    const soon = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
    const runbook = await office.house.runbooks.find(name)
    if (!runbook.ok) throw new Error(JSON.stringify(runbook.problem))
    const window = { start: start.toISOString(), end: new Date(start.getTime() + 1_800_000).toISOString() }
    await insertSchedule(office.pool, runbook.value, window, { by: asha.person })
    office.quiet['U0ASHA'] = { from: at(-2), until: at(3) }
    office.quiet['U0DAN'] = { from: soon(-1), until: soon(1) }
    await office.rewrite((written) => (written.contacts[3] = { role: 'CTO', group: 'S0CTO' }))
    office.groups['S0CTO'] = ['U0MEI']
    const said = await says(eve, ['who'])
    expect(said).toMatch(
      /Migration Lead — .*; notifications paused when it is to run: @U0ASHA from \S+ UTC to \S+ UTC\n/,
    )
    expect(said).toMatch(/DBA On-Call — .*; notifications paused now: @U0DAN from \S+ UTC to \S+ UTC/)
    expect(said).toContain('CTO — Slack user group S0CTO; in the group now: @U0MEI\n')
  })
})

interface Sent {
  key: string
  to: object
  wanted: number
  says: string
}

/** What is to be sent for tests, and what it says now. */
async function toSend(): Promise<Sent[]> {
  await fanOut(office.pool)
  const { rows } = await office.pool.query<Omit<Sent, 'says'> & { shows: Shows }>(
    `select key, to_address as "to", wanted, shows from lockkeeper.delivery where key like 'test:%' order by seq`,
  )
  const render = makeRender({ pool: office.pool, peopleOf: async () => [] })
  return Promise.all(
    rows.map(async ({ shows, ...row }) => {
      const view = await render(shows)
      return { ...row, says: view ? plainText(view) : 'nothing' }
    }),
  )
}

describe('who test', () => {
  test('sends each of the escalation a message, and tells the channel who answered, as they do', async () => {
    office.house.config.mail = {
      url: 'smtp://x',
      from: { name: '', address: 'lockkeeper@morishr.test' },
      replyTo: null,
    }
    const said = await says(mei, ['who', name, 'test'])
    expect(said).toMatch(/^Sent: 8 test pings for add-security-enhancements\. Who answers is in #migrations/)
    const [head, ...rest] = await toSend()
    expect(head).toMatchObject({ key: `test:${name}/1`, to: { channel: '#migrations' } })
    expect(head?.says).toMatch(
      /^Test: who is reached for add-security-enhancements\. 0 of 3 people answered\n/,
    )
    expect(rest.map(({ to }) => to)).toEqual([
      { person: 'U0ASHA' },
      { mail: 'migrations@morishr.com' },
      { person: 'U0DAN' },
      { mail: 'dba@morishr.com' },
      { mail: 'kim@morishr.test' },
      { person: 'U0MEI' },
      { mail: 'cto@morishr.com' },
      { mail: 'ceo@morishr.com' },
    ])
    expect(rest[2]?.says).toContain('A test, nothing has happened: @U_MEI tries who is reached for')
    expect(rest[2]?.says).toContain('DBA On-Call (after 15 min, after 5 min while users are out)')
    expect(rest[2]?.says).toContain('Buttons: I got it')
    expect(rest[3]?.says).toContain('You need not answer.')
    expect(rest[3]?.says).not.toContain('I got it')

    const got = { runbook: name, does: 'got', test: 1 }
    expect(saidBy(await office.desk.pressed(danCalled, 'who', got))).toBe('Thank you. 1 of 3 people answered')
    expect(saidBy(await office.desk.pressed(danCalled, 'who', got))).toBe('Thank you. 1 of 3 people answered')
    expect(await says(ashaCalled, ['who', name, 'got'])).toBe('Thank you. 2 of 3 people answered')
    expect(await says(eve, ['who', name, 'got'])).toContain('was sent to you. Nothing was counted')
    const [after, , , toDan] = await toSend()
    expect(after).toMatchObject({ wanted: 3 })
    expect(after?.says).toMatch(/2 of 3 people answered\n[^]*Passed: @U0DAN \(DBA On-Call\) answered at/)
    expect(after?.says).toContain('Now: @U0MEI (CTO): on its way')
    expect(toDan).toMatchObject({
      wanted: 2,
      says: expect.stringMatching(/^Thank you: you are reached/) as string,
    })
    const { rows } = await office.pool.query<{ by: string; body: object }>(
      'select by, body from lockkeeper.event order by seq',
    )
    expect(rows).toMatchObject([
      { by: mei.person, body: { is: 'reach.tested', test: `${name}/1` } },
      { by: 'U0DAN', body: { is: 'reach.answered' } },
      { by: 'U0ASHA', body: { is: 'reach.answered' } },
    ])
  })

  test('shows what could not be sent, and of whom nobody knows who is on call', async () => {
    await office.rewrite((written) => (written.contacts[1].onCall.command[2] = ''))
    const said = await says(mei, ['who', name, 'test'])
    expect(said).toContain('Nobody knows who is on call for DBA On-Call: nobody is named.')
    await toSend()
    await office.pool.query(
      `update lockkeeper.delivery set state = 'refused', error = 'account_inactive' where key like '%U0ASHA'`,
    )
    const [head] = await toSend()
    expect(head?.says).toContain('Failed: @U0ASHA (Migration Lead): not sent, account_inactive')
    expect(head?.says).toContain('Failed: DBA On-Call: nobody knows who is on call, nobody is named')
  })

  test('tries a pager where the runbook has words for that, and no other', async () => {
    const webhook = { url: 'https://pager.test/', json: {} }
    await office.rewrite((written) => {
      written.contacts[0].webhook = webhook
      written.contacts[1].webhook = { ...webhook, test: { json: {} } }
    })
    await says(mei, ['who', name, 'test'])
    expect((await toSend()).map(({ to }) => to)).toEqual([
      { channel: '#migrations' },
      { person: 'U0ASHA' },
      { person: 'U0DAN' },
      { pager: 'DBA On-Call' },
      { person: 'U0MEI' },
    ])
    await office.pool.query(`update lockkeeper.delivery set state = 'sent' where lane like 'pager %'`)
    expect((await toSend())[0]?.says).toContain('Passed: the pager of DBA On-Call: it took it')
  })

  test('is for operators', async () => {
    for (const who of [dan, eve])
      expect(await says(who, ['who', name, 'test'])).toContain(
        'Only migration-operators may use /migrate who',
      )
    expect(await toSend()).toEqual([])
  })

  test('asks before a second one within ten minutes, and of two at the same moment sends one (tested-lately)', async () => {
    const both = await Promise.all([says(mei, ['who', name, 'test']), says(asha, ['who', name, 'test'])])
    expect(both.filter((said) => said.startsWith('Sent: 3 test pings'))).toHaveLength(1)
    expect(both.filter((said) => /tried at .* who can be reached/.test(said))).toHaveLength(1)
    const asked = formOf(await office.desk.typed(asha, ['who', name, 'test']))
    expect(saidBy(asked)).toMatch(/tried it at .*: 0 of 3 people answered\. Everybody is pinged once more\./)
    expect(await toSend()).toHaveLength(4)
    expect(saidBy(await fill(office, asha, asked))).toMatch(/^Sent: 3 test pings/)
    expect(await toSend()).toHaveLength(8)
    expect(saidBy(await fill(office, asha, asked))).toMatch(/tried at .* who can be reached/)
    await office.pool.query(`update lockkeeper.reach_test set at = at - interval '10 min'`)
    expect(await says(asha, ['who', name, 'test'])).toMatch(/^Sent: 3 test pings/)
  })
})
