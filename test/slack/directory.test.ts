import pino from 'pino'
import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { promptOptions } from '../../src/slack/clients.ts'
import { makeDirectory } from '../../src/slack/directory.ts'
import { makeFeatures } from '../../src/slack/features.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(() => {
  workspace.calls.length = 0
  workspace.known.clear()
  workspace.groups.clear()
  workspace.interfere = () => null
})

function directory() {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const clock = { now: Date.now() }
  const config = {
    botToken: workspace.botToken,
    mode: { http: { signingSecret: '', port: 0 } },
    apiUrl: workspace.apiUrl,
  }
  const client = new WebClient(config.botToken, promptOptions(config, log))
  const found = makeDirectory({
    client,
    groups: ['S0OPS', 'S0DBA'],
    features: makeFeatures(log),
    log,
    now: () => clock.now,
  })
  return {
    lookUp: (...asked: Parameters<typeof found.lookUp>) => found.lookUp(...asked),
    members: (group: string) => found.members(group),
    clock,
    lines,
  }
}

test('a person is looked up each time something is done, with their user groups', async () => {
  workspace.groups.set('S0OPS', [workspace.people.asha]).set('S0DBA', [workspace.people.dan])
  const { lookUp } = directory()
  expect(await lookUp(workspace.people.asha)).toMatchObject({ may: true, groups: ['S0OPS'] })
  workspace.known.set(workspace.people.asha, { deleted: true })
  expect(await lookUp(workspace.people.asha)).toEqual({
    may: false,
    problem: { code: 'person-refused', why: 'deleted' },
  })
  expect(workspace.of('users.info')).toHaveLength(2)
})

test('where nothing is changed, a person is believed for a minute, and no longer', async () => {
  const { lookUp, clock } = directory()
  await lookUp(workspace.people.asha, 'reading')
  workspace.known.set(workspace.people.asha, { deleted: true })
  expect(await lookUp(workspace.people.asha, 'reading')).toMatchObject({ may: true })
  clock.now += 60_001
  expect(await lookUp(workspace.people.asha, 'reading')).toMatchObject({ may: false })
})

test('members of groups are believed for a minute', async () => {
  workspace.groups.set('S0OPS', [workspace.people.asha]).set('S0DBA', [])
  const { members, clock } = directory()
  expect(await Promise.all([members('S0OPS'), members('S0OPS')])).toEqual([
    [workspace.people.asha],
    [workspace.people.asha],
  ])
  expect(workspace.of('usergroups.users.list')).toHaveLength(1)
  workspace.groups.set('S0OPS', [workspace.people.dan])
  clock.now += 60_001
  expect(await members('S0OPS')).toEqual([workspace.people.dan])
})

test.each([
  ['this Slack has no such method', { status: 404 }],
  ['the plan is a free one', { status: 200, json: { ok: false, error: 'plan_upgrade_required' } }],
  ['the method is not known', { status: 200, json: { ok: false, error: 'unknown_method' } }],
])(
  'without user groups (%s) people are known by id alone, and the log says so once (slack-lacks)',
  async (_why, answer) => {
    workspace.interfere = ({ method }) => (method === 'usergroups.users.list' ? answer : null)
    const { lookUp, members, clock, lines } = directory()
    expect(await lookUp(workspace.people.asha)).toMatchObject({ may: true, groups: [] })
    clock.now += 60_001
    expect(await members('S0OPS')).toBeNull()
    expect(lines.filter((line) => line['code'] === 'slack-lacks')).toHaveLength(1)
    expect(workspace.of('usergroups.users.list').length).toBeLessThanOrEqual(4)
  },
)

test.each([
  ['a rate limit', { status: 429, headers: { 'retry-after': '30' } }],
  ['an answer that is none', { status: 200, json: { ok: true } }],
  ['a cut connection', 'cut'],
] as const)(
  'a person who cannot be looked up for %s is refused (person-refused), and asked for again',
  async (_why, wrong) => {
    const { lookUp } = directory()
    workspace.interfere = ({ method }) => (method === 'users.info' ? wrong : null)
    expect(await lookUp(workspace.people.asha, 'reading')).toEqual({
      may: false,
      problem: { code: 'person-refused', why: 'unknown' },
    })
    workspace.interfere = () => null
    expect(await lookUp(workspace.people.asha, 'reading')).toMatchObject({ may: true })
  },
)

test('somebody of another workspace of our organization may ask when they belong to ours too', async () => {
  const { lookUp } = directory()
  workspace.known.set(workspace.people.asha, {
    team_id: 'T0OTHER',
    enterprise_user: { teams: ['T0OTHER', workspace.team] },
  })
  expect(await lookUp(workspace.people.asha)).toMatchObject({ may: true })
})
