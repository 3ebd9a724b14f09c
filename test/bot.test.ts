import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlace, type Place } from './cli/place.ts'
import { scheduled, tell } from './deliveries/post.ts'
import { openPostOffice, type PostOffice } from './mail/post-office.ts'

const login = { user: 'lockkeeper', password: 'hunter2-of-mail' }

let place: Place
let office: PostOffice
beforeAll(async () => {
  place = await makePlace()
  office = await openPostOffice({ login })
  const config = await readFile(path.join(place.folder, 'lockkeeper.yml'), 'utf8')
  const mail = 'mail: { from: Lockkeeper <lockkeeper@example.org> }\n'
  await writeFile(path.join(place.folder, 'mail.yml'), config + mail)
  Object.assign(place.environment, {
    LOCKKEEPER_CONFIG: 'mail.yml',
    SMTP_URL: office.url,
    LOG_LEVEL: 'debug',
  })
})
afterAll(async () => {
  await place.leave()
  await office.close()
})

test('bots without Slack send letters, each once whoever sends it, and what belongs in Slack waits', async () => {
  const said: string[] = []
  for (const bot of [await place.startBot(), await place.startBot()])
    bot.stderr?.on('data', (part: string) => said.push(part))
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const schedule = await scheduled(place.pool, { start: inDays(30), end: inDays(31) })
  const readers = Array.from({ length: 10 }, (_, i) => ({ mail: `reader${i}@example.com` }))
  await tell(place.pool, schedule.id, { is: 'ahead' }, [{ channel: 'C0ALL' }, ...readers])
  await expect.poll(() => office.letters.length).toBe(10)
  const states = async () => {
    const { rows } = await place.pool.query<{ state: string; lane: string; n: number }>(
      'select lane, state, count(*)::int as n from lockkeeper.delivery group by 1, 2 order by 1',
    )
    return rows
  }
  await expect.poll(states).toEqual([
    { lane: 'C0ALL', state: 'due', n: 1 },
    { lane: 'mail', state: 'sent', n: 10 },
  ])
  expect(office.letters.map(({ to }) => to).toSorted()).toEqual(readers.map(({ mail }) => mail))
  expect(office.logins).toEqual([login])
  expect(said.join('')).not.toContain(login.password)
})
