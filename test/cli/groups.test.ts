import { userInfo } from 'node:os'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { makePlace, people, type Place } from './place.ts'

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
  const written = { runbooks: 'runbooks', roles, terminal: { [userInfo().username]: people.eve } }
  await writeFile(path.join(place.folder, 'eve.yml'), stringify(written))
  slack.groups.set('S0DATABASE', [people.eve])
})
afterAll(() => Promise.all([place.leave(), slack.close()]))

const withSlack = (apiUrl: string) => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: 'xapp-1',
  SLACK_API_URL: apiUrl,
})

test('without Slack nobody is refused without the reason, and what to do instead (approval-not-yours)', async () => {
  const { code, out } = await place.type('eve', ['approve', plan], 'yes\n')
  expect(code).toBe(1)
  expect(out).toContain('Who is in user group S0DATABASE may too')
  expect(out).toContain('Slack is not configured')
})

test('a Slack that does not answer keeps nobody from what they may as themselves', async () => {
  Object.assign(place.environment, withSlack('http://127.0.0.1:1/api/'))
  expect((await place.type('asha', ['status'])).code).toBe(0)
  expect((await place.type('eve', ['approve', plan], 'yes\n')).out).toContain('Slack does not tell now')
})

test('where Slack tells who is in a group, its members approve here too', async () => {
  Object.assign(place.environment, withSlack(slack.apiUrl))
  const { code, out, err } = await place.type('eve', ['approve', plan], 'yes\n')
  expect({ code, err }).toMatchObject({ code: 0 })
  expect(out).toContain('Recorded')
})
