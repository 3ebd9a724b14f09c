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
  const names: [person: string, name: string][] = []
  const config = {
    botToken: workspace.botToken,
    mode: { http: { signingSecret: '', port: 0 } },
    apiUrl: workspace.apiUrl,
  }
  const client = new WebClient(config.botToken, promptOptions(config, log))
  const found = makeDirectory({
    client,
    conversations: { stateOf: async () => 'in' },
    groups: ['S0OPS', 'S0DBA'],
    features: makeFeatures(log),
    log,
    onName: (...told) => void names.push(told),
    now: () => clock.now,
  })
  return {
    lookUp: (...asked: Parameters<typeof found.lookUp>) => found.lookUp(...asked),
    members: (group: string) => found.members(group),
    zoneOf: (person: string) => found.zoneOf(person),
    quietOf: (person: string) => found.quietOf(person),
    goneWhy: (person: string) => found.goneWhy(person),
    clock,
    names,
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

const paused = {
  ok: true,
  dnd_enabled: true,
  next_dnd_start_ts: 1_763_150_400,
  next_dnd_end_ts: 1_763_182_800,
}

test('whose notifications are paused, now or next, is believed for a minute', async () => {
  workspace.interfere = ({ method }) => (method === 'dnd.info' ? { status: 200, json: paused } : null)
  const { quietOf, clock } = directory()
  const quiet = { from: '2025-11-14T20:00:00.000Z', until: '2025-11-15T05:00:00.000Z' }
  expect(await Promise.all([quietOf(workspace.people.mei), quietOf(workspace.people.mei)])).toEqual([
    quiet,
    quiet,
  ])
  expect(workspace.of('dnd.info')).toMatchObject([{ args: { user: workspace.people.mei } }])
  clock.now += 60_001
  await quietOf(workspace.people.mei)
  expect(workspace.of('dnd.info')).toHaveLength(2)
})

test.each([
  ['are never paused', { ...paused, dnd_enabled: false }],
  ['are paused at a time that Slack calls never', { ...paused, next_dnd_start_ts: 1, next_dnd_end_ts: 1 }],
])('nobody’s notifications %s', async (_why, json) => {
  workspace.interfere = ({ method }) => (method === 'dnd.info' ? { status: 200, json } : null)
  expect(await directory().quietOf(workspace.people.mei)).toBeNull()
})

test('without the scope nobody says whose notifications are paused, and the log says so once', async () => {
  workspace.interfere = ({ method }) =>
    method === 'dnd.info' ? { status: 200, json: { ok: false, error: 'missing_scope' } } : null
  const { quietOf, lines } = directory()
  expect(await quietOf(workspace.people.mei)).toBeNull()
  expect(await quietOf(workspace.people.dan)).toBeNull()
  expect(lines.filter((line) => line['code'] === 'slack-lacks')).toMatchObject([{ method: 'dnd.info' }])
  expect(workspace.of('dnd.info')).toHaveLength(1)
})

test('a Slack that is away tells nobody’s pauses, and of nobody that they left', async () => {
  workspace.interfere = () => 'cut'
  const { quietOf, goneWhy } = directory()
  expect(await quietOf(workspace.people.mei)).toBeNull()
  expect(await goneWhy(workspace.people.mei)).toBeNull()
})

test('how Slack calls a person is told each time that they are looked up: as a mention shows it', async () => {
  const { goneWhy, names, clock } = directory()
  workspace.known.set(workspace.people.mei, { profile: { display_name: '', real_name: 'Mei Chen' } })
  await goneWhy(workspace.people.mei)
  workspace.known.set(workspace.people.mei, { profile: { display_name: 'mei', real_name: 'Mei Chen' } })
  clock.now += 60_001
  await goneWhy(workspace.people.mei)
  expect(names).toEqual([
    [workspace.people.mei, 'Mei Chen'],
    [workspace.people.mei, 'mei'],
  ])
})

test('who has left, is a guest or a bot is told as that', async () => {
  const { goneWhy } = directory()
  expect(await goneWhy(workspace.people.mei)).toBeNull()
  workspace.known.set(workspace.people.dan, { deleted: true })
  workspace.known.set(workspace.people.guest, { is_restricted: true })
  expect(await goneWhy(workspace.people.dan)).toBe('deleted')
  expect(await goneWhy(workspace.people.guest)).toBe('guest')
})

test('the zone of a person’s profile is known from when they were looked up, and nobody’s where Slack does not say', async () => {
  const { lookUp, zoneOf, clock } = directory()
  workspace.known.set(workspace.people.asha, { tz: 'Indian/Mauritius' })
  await lookUp(workspace.people.asha)
  expect(await zoneOf(workspace.people.asha)).toBe('Indian/Mauritius')
  expect(workspace.of('users.info')).toHaveLength(1)
  workspace.known.set(workspace.people.asha, { tz: 'Europe/Zurich' })
  clock.now += 60_001
  expect(await zoneOf(workspace.people.asha)).toBe('Europe/Zurich')
  workspace.known.set(workspace.people.dan, { tz: undefined })
  expect(await zoneOf(workspace.people.dan)).toBeNull()
  workspace.interfere = ({ method }) => (method === 'users.info' ? 'cut' : null)
  expect(await zoneOf(workspace.people.mei)).toBeNull()
})
