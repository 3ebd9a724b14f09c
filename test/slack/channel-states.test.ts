import pino from 'pino'
import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeChannelStates } from '../../src/slack/channel-states.ts'
import { promptOptions } from '../../src/slack/clients.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(() => {
  workspace.calls.length = 0
  workspace.known.clear()
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
  return { stateOf: makeChannelStates({ client, log, now: () => clock.now }), clock }
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
  ['not-in', { is_member: false, is_archived: false }],
  ['archived', { is_member: true, is_archived: true }],
  [null, { is_member: undefined }],
])('it is %s where Slack says %o', async (state, told) => {
  workspace.known.set(workspace.channel, told)
  workspace.interfere = ({ method }) =>
    method === 'conversations.list' ? listed([{ id: 'C0NEWS', name: 'news', ...told }]) : null
  const { stateOf } = states()
  expect(await stateOf('#News')).toBe(state)
  expect(await stateOf(workspace.channel)).toBe(state)
})

test('all pages are read, once a minute', async () => {
  workspace.interfere = ({ method, args }) =>
    method !== 'conversations.list'
      ? null
      : args['cursor']
        ? listed([{ name: 'second', is_member: true }])
        : listed([{ name: 'first', is_member: false }], 'more')
  const { stateOf, clock } = states()
  expect(await Promise.all(['#second', '#first', '#third'].map(stateOf))).toEqual(['in', 'not-in', 'unknown'])
  expect(workspace.of('conversations.list')).toHaveLength(2)
  clock.now += 60_001
  expect(await stateOf('#second')).toBe('in')
  expect(workspace.of('conversations.list')).toHaveLength(4)
})

test.each([
  ['does not answer', { status: 500 }],
  ['has no such method', { status: 404 }],
  ['lets us ask no more', { status: 429, headers: { 'retry-after': '30' } }],
  ['has more channels than we read', listed([{ name: 'one', is_member: true }], 'more')],
])('where Slack %s, nobody tells', async (_why, wrong) => {
  workspace.interfere = ({ method }) => (method.startsWith('conversations.') ? wrong : null)
  const { stateOf } = states()
  expect(await stateOf('#news')).toBeNull()
})
