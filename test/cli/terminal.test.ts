import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitingClient } from '../steps/clients.ts'
import { makeProxy } from '../adapters/tcp-proxy.ts'
import { until } from '../until.ts'
import { main, makePlace, typedAs, typedAsFixture, type Ended, type Place } from './place.ts'

// Real processes: the program as it is typed, and the bot as it is started.

let place: Place
beforeAll(async () => {
  place = await makePlace()
  await place.startService()
})
afterAll(() => place.leave())

/** As it would stand in a terminal without an edge. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

const planId = async (): Promise<string> => {
  const { rows } = await place.pool.query<{ id: string }>(
    `select id from lockkeeper.plan where closed_at is null order by made_at desc limit 1`,
  )
  return rows[0]?.id ?? ''
}

async function approvedPlan(): Promise<string> {
  expect(await place.type('asha', ['plan', 'add-security-enhancements'])).toMatchObject({ code: 0, err: '' })
  const plan = await planId()
  const approvals = (['dan', 'mei'] as const).map((who) => place.type(who, ['approve', plan], 'yes\n'))
  expect(await Promise.all(approvals)).toMatchObject([{ code: 0 }, { code: 0 }])
  return plan
}

test('help says what this person may do, as it is typed here', async () => {
  const { code, out, err } = await place.type('asha', [])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('lockkeeper plan add-security-enhancements')
  expect(out).not.toContain('/migrate')
  expect(await place.type('dan', ['--help'])).toMatchObject({
    code: 0,
    out: expect.not.stringContaining(' run '),
  })
})

test('who is in no role is refused, and exits with 1 (not-allowed)', async () => {
  const { code, out } = await place.type('dan', ['plan', 'add-security-enhancements'])
  expect(code).toBe(1)
  expect(out).toContain('Only migration-operators may use lockkeeper plan')
  const read = await place.type('eve', ['status'])
  expect(read.code).toBe(1)
  expect(read.out).toContain('one of these roles')
})

test('an operating-system user that nobody named is refused (terminal-user-unknown)', async () => {
  const { code, out } = await place.type('zoe', ['status'])
  expect(code).toBe(1)
  expect(out).toContain('does not know who zoe is')
  expect(out).toContain('lockkeeper.yml')
})

test('faults of the configuration are all said at once, before anything is done, with exit code 78', async () => {
  await writeFile(
    path.join(place.folder, 'faulty.yml'),
    'runbooks: runbooks\nrolls: {}\nroles:\n  operators: { people: [asha] }\n',
  )
  const { code, out, err } = await typedWith({ SLACK_BOT_TOKEN: 'xoxb-1', LOCKKEEPER_CONFIG: 'faulty.yml' }, [
    'status',
  ])
  expect({ code, out }).toEqual({ code: 78, out: '' })
  expect(err).toMatch(/faulty\.yml:2: rolls/)
  expect(err).toMatch(/people.*is not a Slack user id/)
  expect(err).toMatch(/environment: SLACK_APP_TOKEN is not set/)
})

/** What is typed by asha with something else in the environment. */
async function typedWith(own: Record<string, string>, words: string[]): Promise<Ended> {
  const before = { ...place.environment }
  Object.assign(place.environment, own)
  const typing = place.type('asha', words)
  for (const name of Object.keys(own)) delete place.environment[name]
  Object.assign(place.environment, before)
  return typing
}

const stack = /\bat .*\.[jt]s:\d/

test('the bot’s own database that does not answer is said to be that, what it means, and where cards lie, with exit code 69 (store-away)', async () => {
  const url = 'postgres://lockkeeper:secret-word@127.0.0.1:1/lockkeeper'
  const none = await typedWith({ DATABASE_URL: url }, ['status'])
  expect(none).toMatchObject({ code: 69, out: '' })
  const said = oneLine(none.err)
  expect(said).toContain(
    'Lockkeeper’s own database cannot be used: lockkeeper on 127.0.0.1:1, from DATABASE_URL (ECONNREFUSED: nothing listens there).',
  )
  expect(said).toContain('no run makes progress: what a run has stopped or closed stays so')
  expect(said).toContain(path.join(place.folder, 'runs/RUN/break-glass.txt'))
  expect(none.err).not.toMatch(/secret-word/)
  expect(none.err).not.toMatch(stack)

  const cards = ['6C4D-1', '7F3A-1'].map((run) => path.join(place.folder, 'runs', run, 'break-glass.txt'))
  for (const [i, card] of cards.entries()) {
    await mkdir(path.dirname(card), { recursive: true })
    await writeFile(card, '# Undo')
    await utimes(card, i, i)
  }
  const two = oneLine((await typedWith({ DATABASE_URL: url }, ['status'])).err)
  expect(two.indexOf(cards[1] ?? '?')).toBeGreaterThan(0)
  expect(two.indexOf(cards[0] ?? '?')).toBeGreaterThan(two.indexOf(cards[1] ?? '?'))
  for (const card of cards) await rm(path.dirname(card), { recursive: true })
})

test('the embedded database that does not run, and one that refuses us, are said as such', async () => {
  const embedded = await typedWith({ DATABASE_URL: '' }, ['status'])
  expect(embedded.code).toBe(69)
  expect(oneLine(embedded.err)).toContain(
    `it is embedded in ${place.folder}, since DATABASE_URL is not set (no server runs there)`,
  )
  expect(oneLine(embedded.err)).toMatch(/Next: Start the bot, which starts it: lockkeeper start\. $/)
  const missing = await typedWith({ DATABASE_URL: `${place.store.url}_gone` }, ['status'])
  expect(missing.code).toBe(69)
  expect(oneLine(missing.err)).toContain('(3D000 invalid_catalog_name)')
})

test('the bot’s own database that goes away while somebody types is said in the same words', async () => {
  await place.type('asha', ['plan'])
  const proxy = await makeProxy(place.store.url)
  const words = ['--import', typedAsFixture, main, 'approve', await planId()]
  const child = spawn(process.execPath, words, {
    cwd: place.folder,
    env: { ...place.environment, ...typedAs('dan'), DATABASE_URL: proxy.url },
  })
  const parts: string[] = []
  child.stderr.setEncoding('utf8').on('data', (part: string) => parts.push(part))
  await until(() => expect(parts.join('')).toContain('Type yes'))
  await proxy.close()
  child.stdin.end('yes\n')
  expect(await once(child, 'close')).toEqual([69, null])
  expect(oneLine(parts.join(''))).toContain('Lockkeeper’s own database cannot be used')
  expect(parts.join('')).not.toMatch(stack)
})

test('a plan is shown in full; its author may not approve it, and exits with 1 (approval-own)', async () => {
  const { code, out } = await place.type('asha', ['plan'])
  expect(code).toBe(0)
  expect(out).toContain('0 of 2 approvals')
  expect(out).toContain(`lockkeeper approve ${await planId()}`)
  const refused = await place.type('asha', ['approve', await planId()])
  expect(refused.code).toBe(1)
  expect(refused.out).toContain('You made plan')
})

test('what nobody confirms is not done', async () => {
  await place.type('asha', ['plan'])
  const plan = await planId()
  const typed = ['', 'no\n', 'y\n'].map((input) => place.type('dan', ['approve', plan], input))
  for (const { code, err } of await Promise.all(typed))
    expect({ code, said: err.includes('Nothing was done.') }).toEqual({ code: 1, said: true })
  expect((await place.type('asha', ['status', plan])).out).toContain('0 of 2 approvals')
})

test('without a bot a run is kept, and nobody is told that it goes on (no-worker)', async () => {
  const plan = await approvedPlan()
  const { code, out, err } = await place.type('asha', ['run', plan], `hrms_mater\n${place.target.name}\n`)
  expect(err).toContain('You typed "hrms_mater". It must be')
  expect(out).toContain(`Run ${plan}-1`)
  expect(out).toContain('No Lockkeeper is at work')
  expect(code).toBe(1)
  expect(await place.type('asha', ['health'])).toMatchObject({ code: 1 })
  await place.pool.query(`update lockkeeper.run set ended_at = now(), ending = 'backed-out'`)
  expect(await place.type('asha', ['cancel', plan], 'yes\n')).toMatchObject({ code: 0 })
})

test('a session that stays is ticked by its PID, and the run is followed to its end', async () => {
  const bot = await place.startBot()
  expect(await place.type('asha', ['health'])).toMatchObject({ code: 0 })
  const plan = await approvedPlan()
  const reporting = await waitingClient(place.target, 'hrms_reporting', 'begin')
  const asked = await place.type('asha', ['run', plan], `${place.target.name}\n`)
  expect(asked.code).toBe(2)
  expect(asked.out).toContain('Done: Backup')
  expect(asked.out).toContain(`${reporting.pid} · hrms_reporting`)
  expect(asked.out).toContain(`lockkeeper answer ${plan}-1 terminate`)

  const status = await place.type('mei', ['status', `${plan}-1`])
  expect(status.out).toContain('HRMS is down since')
  expect((await place.type('asha', ['verify'])).out).toContain('AddSecurityEnhancements is not on')

  const done = await place.type('mei', ['answer'], `terminate\n9999\n${reporting.pid}\nyes\n`)
  expect(done.err).toContain('9999: not in the list')
  expect(done.err).toContain(`each by its number on the left (e.g. ${reporting.pid})`)
  expect(done.out).not.toContain('Done: Backup')
  expect(done.out).toContain('Done: Migrate')
  expect(done.out).toContain('HRMS is back since')
  expect(done.code).toBe(0)
  await reporting.ended

  const list = await place.type('asha', ['backup', 'list'])
  expect(list.out).toContain('add-security-enhancements')
  expect((await place.type('asha', ['verify'])).out).toContain('AddSecurityEnhancements is on')
  const again = await place.type('asha', ['plan'])
  expect(again).toMatchObject({ code: 1, out: expect.stringContaining('is on this database already') })
  expect(bot.exitCode).toBeNull()
})

test('a runbook with faults is said with file and line (runbook-broken)', async () => {
  await appendFile(path.join(place.folder, 'runbooks/hrms.yml'), '\nsurprise: true\n')
  const { code, out } = await place.type('asha', ['plan', 'add-security-enhancements'])
  expect(code).toBe(1)
  expect(out).toContain('surprise')
})
