import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { fanOut } from '../../src/deliveries/fan-out.ts'
import { makeRender } from '../../src/deliveries/render.ts'
import { recordName } from '../../src/store/people.ts'
import { recordChannels } from '../../src/store/access-rules.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { configuration, makePlace, people, recordAsBot, type Place } from './place.ts'

// Who somebody is in a terminal: what the bot recorded, whatever file they name.

let place: Place
beforeAll(async () => {
  place = await makePlace()
  await recordChannels(place.pool, ['#hrms', '#payroll'])
})
afterAll(() => place.leave())

const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

async function typedWithFile(who: string, file: string, words: string[], input = '') {
  place.environment['LOCKKEEPER_CONFIG'] = file
  const typed = await place.type(who, words, input)
  place.environment['LOCKKEEPER_CONFIG'] = 'lockkeeper.yml'
  return typed
}

/** What Slack's channels are told now, by channel. */
async function toldInChannels(): Promise<Record<string, string[]>> {
  await fanOut(place.pool)
  const { rows } = await place.pool.query<{ channel: string; event: number }>(
    `select to_address ->> 'channel' as channel, (shows ->> 'event')::int as event from lockkeeper.delivery
     where key like 'access:%' order by seq`,
  )
  const render = makeRender({ pool: place.pool, peopleOf: async () => [] })
  const told: Record<string, string[]> = {}
  for (const { channel, event } of rows) {
    const view = await render({ event })
    told[channel] = [...(told[channel] ?? []), view ? plainText(view) : '']
  }
  return told
}

const planId = async (): Promise<string> => {
  const { rows } = await place.pool.query<{ id: string }>(
    'select id from lockkeeper.plan where closed_at is null order by made_at desc limit 1',
  )
  return rows[0]?.id ?? ''
}

test('one person cannot plan as one and approve as another with a file of their own, and the channels are told (access-rules-differ)', async () => {
  await place.type('asha', ['plan', 'add-security-enhancements'])
  const mine = path.join(place.folder, 'mine.yml')
  await writeFile(mine, stringify({ ...configuration, terminal: { ...people, asha: people.dan } }))
  for (let times = 0; times < 2; times++) {
    const { code, out } = await typedWithFile('asha', 'mine.yml', ['approve', await planId()], 'yes\n')
    expect(code).toBe(1)
    expect(oneLine(out)).toContain(`operating-system user asha is @dan, was @asha`)
    expect(oneLine(out)).toContain(`from ${path.join(place.folder, 'lockkeeper.yml')}`)
  }
  expect((await place.pool.query('select from lockkeeper.approval')).rowCount).toBe(0)
  const told = await toldInChannels()
  expect(Object.keys(told)).toEqual(['#hrms', '#payroll'])
  // Said once, however often it is tried.
  expect(told['#hrms']).toHaveLength(1)
  expect(told['#hrms']?.[0]).toContain('A terminal was refused')
  expect(told['#hrms']?.[0]).toContain('asha on ')
  expect(told['#hrms']?.[0]).toContain(mine)
})

test('roles of a file of one’s own count for nothing, not even for reading', async () => {
  const roles = { ...configuration.roles, 'migration-operators': { people: [people.eve] } }
  await writeFile(path.join(place.folder, 'eves.yml'), stringify({ ...configuration, roles }))
  const { code, out } = await typedWithFile('eve', 'eves.yml', ['status'])
  expect(code).toBe(1)
  expect(oneLine(out)).toContain('migration-operators: + @eve, − @asha, − @mei')
})

test('approvals and events say from where they came', async () => {
  await place.type('dan', ['approve', await planId()], 'yes\n')
  const { rows } = await place.pool.query(
    `select person, approval.via, approval.account ->> 'user' as "user", (approval.account ->> 'uid')::int as uid,
       event.via as "eventVia", event.account = approval.account as same
     from lockkeeper.approval join lockkeeper.event on event.by = person and body ->> 'is' = 'plan.approved'`,
  )
  expect(rows).toEqual([
    { person: people.dan, via: 'terminal', user: 'dan', uid: 5001, eventVia: 'terminal', same: true },
  ])
  expect((await place.type('asha', ['status', await planId()])).out).toMatch(
    /by @dan .*in the terminal \(dan on /s,
  )
})

test('one operating-system user under two names approves once, and not what it planned (approval-same-account)', async () => {
  // Another name of dan's user id, and of asha's.
  const terminal = { ...people, danstwin: people.mei, ashastwin: people.mei }
  await writeFile(path.join(place.folder, 'lockkeeper.yml'), stringify({ ...configuration, terminal }))
  await recordAsBot(place.store.url, path.join(place.folder, 'lockkeeper.yml'))
  await recordChannels(place.pool, ['#hrms', '#payroll'])
  for (const [user, uid, said] of [
    ['danstwin', 5001, 'approved by @dan'],
    ['ashastwin', 5000, 'planned by @asha'],
  ] as const) {
    const { code, out } = await place.type(`${user}:${uid}`, ['approve', await planId()], 'yes\n')
    expect(code).toBe(1)
    expect(oneLine(out)).toContain(`was ${said} from this operating-system user or login`)
  }
  expect((await place.pool.query('select from lockkeeper.approval')).rowCount).toBe(1)
})

test('what changes of who may do what with another configuration of the bot is told in the channels', async () => {
  const told = await toldInChannels()
  const last = told['#payroll']?.at(-1)
  expect(last).toContain('Who may do what has changed')
  expect(last).toContain('operating-system user danstwin is @U0MEI')
  expect(last).toContain('bot-1')
})

test('people are shown by the names that Slack has for them; two of one name by their ids, too', async () => {
  for (const [person, name] of [
    [people.mei, 'Mei'],
    [people.mei, 'Mei Chen'],
    [people.dan, 'Sam'],
    [people.eve, 'Sam'],
  ] as const)
    await recordName(place.pool, person, name)
  const said = oneLine((await place.type('eve', ['plan', 'add-security-enhancements'])).out)
  expect(said).toContain('@Mei Chen')
  expect(said).toContain('@asha')
  expect(said).not.toContain(people.mei)
  const roles = oneLine((await place.type('asha', ['who', 'add-security-enhancements'])).out)
  expect(roles).toContain(`@Sam (${people.dan})`)
})

test('before a bot has recorded who may do what, nobody may do anything in a terminal (access-rules-missing)', async () => {
  const fresh = await makePlace(() => {}, { recorded: false })
  try {
    const { code, out } = await fresh.type('asha', ['status'])
    expect(code).toBe(1)
    expect(oneLine(out)).toContain('No bot has recorded yet who may do what.')
  } finally {
    await fresh.leave()
  }
})
