import { readdir, readFile } from 'node:fs/promises'
import { WebClient } from '@slack/web-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { openLobby, type Lobby } from './lobby.ts'

/**
 * The bot-token scopes of each method, from "Facts" on https://docs.slack.dev/reference/methods/METHOD. `conversations.*`
 * need one for each kind of conversation: of `conversations.list` only those of the `types` that are asked for, of
 * `conversations.open` only `im:write`, since it opens conversations with one person.
 */
const scopesOf: Record<string, readonly string[]> = {
  'auth.test': [],
  'blocks.validate': [],
  'chat.delete': ['chat:write'],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.list': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'dnd.info': ['dnd:read'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'pins.add': ['pins:write'],
  'pins.remove': ['pins:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.update': [],
}

/** The same of what Slack sends us: https://docs.slack.dev/reference/events/EVENT, and of slash commands. */
const scopesOfWhatArrives: Record<string, readonly string[]> = {
  channel_unarchive: ['channels:read'],
  group_unarchive: ['groups:read'],
  command: ['commands'],
  member_joined_channel: ['channels:read', 'groups:read'],
  message_metadata_posted: ['metadata.message:read'],
}

const folder = 'src/slack'
const files = (await readdir(folder)).filter((name) => name.endsWith('.ts'))
const sources = await Promise.all(files.map((name) => readFile(`${folder}/${name}`, 'utf8')))

/** All methods that the SDK has, by the path to them. */
const known = new Set(methodsOf(new WebClient('')))

function methodsOf(part: object, path: readonly string[] = []): string[] {
  return Object.entries(part).flatMap(([name, value]: [string, unknown]) => {
    if (typeof value === 'function') return path.length ? [[...path, name].join('.')] : []
    const isFamily = typeof value === 'object' && value !== null && path.length < 3 && /^[a-z]+$/i.test(name)
    return isFamily && !['logger', 'retryConfig', 'requestQueue'].includes(name)
      ? methodsOf(value, [...path, name])
      : []
  })
}

/** Names under which the sources hold a client of the Web API. */
const clients = [
  ...new Set(
    sources.flatMap((source) => [
      ...[...source.matchAll(/\b(\w+)\??: WebClient\b/g)].map(([, name]) => name),
      ...[...source.matchAll(/\bconst (\w+) = (?:new WebClient|deliveryClient)\(/g)].map(([, name]) => name),
    ]),
  ),
]

/** What is called on one of them. Throws at a call that this test cannot read. */
function called(source: string): string[] {
  const uses = new RegExp(`\\b(?:${clients.join('|')})\\s*\\??(?:\\.|\\[)[^(;=,]*\\(?`, 'g')
  return [...source.matchAll(uses)].flatMap(([use]) => {
    const path = /^\w+\.([\w.]+)\($/.exec(use)?.[1] ?? ''
    if (path === 'filesUploadV2') return ['files.getUploadURLExternal', 'files.completeUploadExternal']
    if (!known.has(path)) throw new Error(`not a plain call of a method: ${use}`)
    return [path]
  })
}

const used = [...new Set(sources.flatMap(called))].toSorted()
const events = [
  ...new Set(sources.flatMap((s) => [...s.matchAll(/\bapp\.event\('(\w+)'/g)].map(([, e]) => e!))),
]

interface Manifest {
  oauth_config: { scopes: { bot: string[] } }
}

test('the sources are read: calls in another form than client.family.method( would be found', () => {
  expect(clients).toContain('client')
  expect(used).toContain('chat.postMessage')
  expect(() => called('await client.pins[name]({})')).toThrow(/not a plain call/)
  expect(() => called("await client.apiCall('chat.delete')")).toThrow(/not a plain call/)
  expect(() => called('const send = client.chat.postMessage;')).toThrow(/not a plain call/)
})

test('the manifest has each scope that Slack documents for what is called and what arrives, and no other', async () => {
  const manifest = parse(await readFile('manifest.yml', 'utf8')) as Manifest
  const needed = [
    ...used.flatMap((method) => scopesOf[method] ?? [`(no scopes are listed for ${method})`]),
    ...['command', ...events].flatMap(
      (event) => scopesOfWhatArrives[event] ?? [`(no scopes are listed for ${event})`],
    ),
  ]
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...new Set(needed)].toSorted())
})

describe('an app that was installed without a scope', () => {
  let lobby: Lobby
  beforeEach(async () => {
    lobby = await openLobby()
  })
  afterEach(() => lobby.close())

  const view = { state: ['Done.'], parts: [], actions: [], files: [{ name: 'a', title: 'a', content: 'a' }] }

  test.each(used.filter((method) => scopesOf[method]?.length))(
    '%s: the log names the scope and the remedy, nothing crashes, and nothing is done by half',
    async (method) => {
      const [needed] = scopesOf[method]!
      const { workspace, slack } = lobby
      workspace.interfere = (call) =>
        call.method === method
          ? { status: 200, json: { ok: false, error: 'missing_scope', needed, provided: 'commands' } }
          : null
      lobby.answer = () => ({ view })
      lobby.forms.add('plan')
      // What a bot calls: people ask something, it posts, pins, edits and uploads, and looks up people and channels.
      await lobby.type('status')
      await lobby.type('plan')
      const posted = await slack.channel.post({ channel: workspace.channel }, view, `scope:${method}`)
      const sent = 'sent' in posted ? posted.sent : { channel: workspace.channel, ts: '1.1' }
      await slack.channel.pin(sent, true)
      await slack.channel.pin(sent, false)
      await slack.channel.update(sent, { channel: workspace.channel }, view, `scope:${method}`)
      await slack.channel.remove(sent)
      await slack.checkBlocks()
      await slack.channel.upload({ person: workspace.people.asha }, view.files)
      await slack.directory.quietOf(workspace.people.asha)
      await slack.directory.members('S0OPS')
      await slack.directory.channelState('#migrations')
      await expect
        .poll(() => lobby.lines.filter(({ code }) => code === 'slack-scope'))
        .toContainEqual(
          expect.objectContaining({
            method,
            needed,
            msg: expect.stringMatching(/installed without the scope .*Reinstall to Workspace/),
          }),
        )
      const isRefused = ['users.info', 'conversations.info'].includes(method)
      await expect.poll(() => lobby.asked.length).toBe(isRefused ? 0 : 2)
      expect(lobby.lines.filter(({ msg }) => String(msg).includes('a request from Slack failed'))).toEqual([])
    },
  )

  test('in a direct message the one who asks is told, where the app lacks im:read', async () => {
    lobby.workspace.interfere = ({ method }) =>
      method === 'conversations.info'
        ? { status: 200, json: { ok: false, error: 'missing_scope', needed: 'im:read' } }
        : null
    await lobby.type('status', { channel: 'D0DIRECT' })
    const told = () => lobby.workspace.of('chat.postEphemeral').map(({ args }) => args['text'])
    await expect.poll(told).toEqual([expect.stringContaining('lacks a permission')])
    expect(lobby.asked).toEqual([])
  })
})
