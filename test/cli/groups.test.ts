import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { configuration, makePlace, people, recordAsBot, type Place } from './place.ts'

// Slack user groups, asked from a terminal: of a Slack that answers, of one that does not, and of none.

let place: Place
let slack: Workspace
let plan: string
beforeAll(async () => {
  ;[place, slack] = await Promise.all([makePlace(), openWorkspace()])
  await place.startService()
  await place.type('asha', ['plan', 'add-security-enhancements'])
  const { rows } = await place.pool.query<{ id: string }>('select id from lockkeeper.plan')
  plan = rows[0]?.id ?? ''
  const roles = {
    'migration-operators': { people: [people.asha] },
    'database-team': { groups: ['S0DATABASE'] },
    cto: { people: [people.mei] },
  }
  const file = path.join(place.folder, 'lockkeeper.yml')
  await writeFile(file, stringify({ ...configuration, roles }))
  await recordAsBot(place.store.url, file, withSlack(slack.apiUrl))
  slack.groups.set('S0DATABASE', [people.eve])
})
afterAll(() => Promise.all([place.leave(), slack.close()]))

const withSlack = (apiUrl: string) => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: 'xapp-1',
  SLACK_API_URL: apiUrl,
})

/** The bot and the terminal ask the same one. */
async function useSlack(apiUrl: string): Promise<void> {
  await recordAsBot(place.store.url, path.join(place.folder, 'lockkeeper.yml'), withSlack(apiUrl))
  Object.assign(place.environment, withSlack(apiUrl))
}

test('without Slack nobody is refused without the reason, and what to do instead (reading-refused)', async () => {
  const { code, out } = await place.type('eve', ['approve', plan], 'yes\n')
  expect(code).toBe(1)
  expect(out).toContain('Who is in user group S0DATABASE may too')
  expect(out).toContain('Slack is not configured')
})

test('a Slack that does not answer keeps nobody from what they may as themselves', async () => {
  await useSlack('http://127.0.0.1:1/api/')
  expect((await place.type('asha', ['status'])).code).toBe(0)
  const { out } = await place.type('eve', ['approve', plan], 'yes\n')
  expect(out.replace(/\s+/g, ' ')).toContain('Slack does not tell now')
})

test('where Slack tells who is in a group, its members approve here too', async () => {
  await useSlack(slack.apiUrl)
  const { code, out, err } = await place.type('eve', ['approve', plan], 'yes\n')
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(out).toContain('Recorded')
})

test('a terminal that asks another Slack than the bot who is in a group is refused (access-rules-differ)', async () => {
  Object.assign(place.environment, withSlack('http://127.0.0.1:1/api/'))
  const { code, out } = await place.type('eve', ['status'])
  expect(code).toBe(1)
  expect(out).toContain('SLACK_API_URL: 127.0.0.1:1, was ')
})
