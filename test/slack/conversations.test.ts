import pino from 'pino'
import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { promptOptions } from '../../src/slack/clients.ts'
import { makeConversations } from '../../src/slack/conversations.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(() => {
  workspace.calls.length = 0
  workspace.known.clear()
  workspace.removedFrom.clear()
  workspace.interfere = () => null
})

function states() {
  const log = pino({ level: 'silent' })
  const config = {
    botToken: workspace.botToken,
    mode: { http: { signingSecret: '', port: 0 } },
    apiUrl: workspace.apiUrl,
  }
  const clock = { now: Date.now() }
  const client = new WebClient(config.botToken, promptOptions(config, log))
  const conversations = makeConversations({ client, lister: client, log, now: () => clock.now })
  return { conversations, stateOf: conversations.stateOf, look: conversations.look, clock }
}

const listed = (channels: object[], next = '') => ({
  status: 200,
  json: { ok: true, channels, response_metadata: { next_cursor: next } },
})

test('a channel is known by its name and by its id', async () => {
  const { stateOf } = states()
  expect(await stateOf('#migrations')).toBe('in')
  expect(await stateOf(workspace.channel)).toBe('in')
  expect(await stateOf('#nowhere')).toBe('unknown')
  expect(await stateOf('C0NOWHERE')).toBe('unknown')
})

test.each([
  ['not-in', { is_member: false }],
  ['archived', { is_archived: true }],
  ['shared', { is_ext_shared: true }],
  ['shared', { is_pending_ext_shared: true }],
  ['in', { is_member: undefined }],
])('it is %s where Slack says %o, by its name as by its id', async (state, told) => {
  workspace.known.set(workspace.channel, told)
  const { stateOf } = states()
  expect(await stateOf('#Migrations')).toBe(state)
  expect(await stateOf(workspace.channel)).toBe(state)
})

test('all pages are read for a name, once a minute, and only ids are asked about', async () => {
  const { channel } = workspace
  workspace.interfere = ({ method, args }) =>
    method !== 'conversations.list'
      ? null
      : args['cursor']
        ? listed([{ id: channel, name: 'second' }])
        : listed([{ id: 'C0FIRST', name: 'first' }], 'more')
  const { look, clock } = states()
  expect(await Promise.all(['#second', '#first', '#third'].map(look))).toEqual([
    { is: 'in', id: channel },
    { is: 'unknown' },
    { is: 'unknown' },
  ])
  expect(workspace.of('conversations.list')).toHaveLength(2)
  expect(workspace.of('conversations.info').map((call) => call.args['channel'])).toEqual([channel, 'C0FIRST'])
  clock.now += 60_001
  await look('#third')
  expect(workspace.of('conversations.list')).toHaveLength(4)
})

test('a channel that is renamed is the same one, until another one has its name', async () => {
  const { look, clock } = states()
  const { channel } = workspace
  expect(await look('#migrations')).toEqual({ is: 'in', id: channel })
  workspace.known.set(channel, { name: 'db-migrations' })
  let names: object[] = [{ id: channel, name: 'db-migrations' }]
  workspace.interfere = ({ method }) => (method === 'conversations.list' ? listed(names) : null)
  clock.now += 60_001
  expect(await look('#migrations')).toEqual({ is: 'in', id: channel })
  const elsewhere = (await workspace.own.conversations.list({})).channels?.find(
    (one) => one.name === 'elsewhere',
  )
  names = [...names, { id: elsewhere?.id, name: 'migrations' }]
  clock.now += 60_001
  expect(await look('#migrations')).toEqual({ is: 'not-in' })
})

test('what Slack says is believed for a minute where we may speak, and for seconds where we may not', async () => {
  const { stateOf, clock } = states()
  expect(await stateOf('#migrations')).toBe('in')
  workspace.removedFrom.add(workspace.channel)
  clock.now += 59_000
  expect(await stateOf('#migrations')).toBe('in')
  clock.now += 2_000
  expect(await stateOf('#migrations')).toBe('not-in')
  workspace.removedFrom.clear()
  clock.now += 3_001
  expect(await stateOf('#migrations')).toBe('in')
})

test('an invitation is known at once', async () => {
  workspace.removedFrom.add(workspace.channel)
  const { conversations, stateOf } = states()
  expect(await stateOf('#migrations')).toBe('not-in')
  workspace.removedFrom.clear()
  expect(conversations.forget(workspace.channel)).toEqual([workspace.channel, '#migrations'])
  expect(await stateOf('#migrations')).toBe('in')
})

test.each([
  ['does not answer', { status: 500 }],
  ['has no such method', { status: 404 }],
  ['lets us ask no more', { status: 429, headers: { 'retry-after': '30' } }],
  ['is not what answers', { status: 200, page: '<html>Blocked</html>' }],
  ['has more channels than we read', listed([{ id: 'C0ONE', name: 'one' }], 'more')],
])('where Slack %s, nobody knows', async (_why, wrong) => {
  workspace.interfere = ({ method }) => (method === 'conversations.list' ? wrong : null)
  const { stateOf, look } = states()
  expect(await stateOf('#news')).toBeNull()
  expect(await look('#news')).toHaveProperty('fault')
})
