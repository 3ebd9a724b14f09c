import pino from 'pino'
import { WebClient } from '@slack/web-api'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Channel } from '../../src/domain/delivery.ts'
import type { View } from '../../src/domain/view.ts'
import { makeChannel } from '../../src/slack/channel.ts'
import { deliveryClient, promptOptions } from '../../src/slack/clients.ts'
import { makeConversations } from '../../src/slack/conversations.ts'
import { makeFeatures } from '../../src/slack/features.ts'
import { openStage, type Stage } from './stage.ts'
import { deadUrl } from './workspace.ts'

let workspace: Stage['workspace']
let store: Stage['store']
beforeAll(async () => {
  const stage = await openStage()
  ;({ workspace, store } = stage)
  return stage.close
})
beforeEach(() => {
  workspace.calls.length = 0
  workspace.known.clear()
  workspace.interfere = () => null
})

const view: View = {
  state: [{ bold: 'HRMS is down' }],
  parts: [],
  actions: [{ label: 'Retry', says: 'Tries again', command: 'answer', input: { choice: 'retry' } }],
}

function makeOne(
  apiUrl = workspace.apiUrl,
  timeout = 5_000,
): { channel: Channel; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const config = { botToken: workspace.botToken, mode: { http: { signingSecret: '', port: 0 } }, apiUrl }
  const channel = makeChannel({
    client: deliveryClient(config, log, timeout),
    store,
    conversations: makeConversations(new WebClient(config.botToken, promptOptions(config, log))),
    groups: () => [],
    features: makeFeatures(log),
    log,
  })
  return { channel, lines }
}

const sentOf = (sent: unknown) => (sent as { sent: { channel: string; ts: string } }).sent
const refusing = (method: string, error: string) => {
  workspace.interfere = (call) =>
    call.method === method ? { status: 200, json: { ok: false, error } } : null
}

describe('a message', () => {
  test('is posted with its delivery’s key as metadata, and edited with the same buttons', async () => {
    const { channel } = makeOne()
    const sent = sentOf(await channel.post({ channel: '#migrations' }, view, 'run:1'))
    expect(sent.channel).toBe(workspace.channel)
    await channel.update(sent, { ...view, state: ['HRMS is back'] }, 'run:1')
    const message = (await workspace.messages()).find(({ ts }) => ts === sent.ts)
    expect(message).toMatchObject({
      text: expect.stringContaining('HRMS is back') as string,
      metadata: { event_type: 'lockkeeper_delivery', event_payload: { key: 'run:1' } },
    })
    const values = ['chat.postMessage', 'chat.update'].map(
      (method) => /"value":"([^"]+)"/.exec(workspace.of(method)[0]?.args['blocks'] ?? '')?.[1],
    )
    expect(values[0]).toBeTruthy()
    expect(values[1]).toBe(values[0])
  })

  test('goes into a thread, and to a person', async () => {
    const { channel } = makeOne()
    const parent = sentOf(await channel.post({ channel: workspace.channel }, view, 'run:2'))
    await channel.post({ channel: workspace.channel, threadTs: parent.ts, broadcast: true }, view, 'gate:2')
    expect(workspace.of('chat.postMessage')[1]?.args).toMatchObject({
      thread_ts: parent.ts,
      reply_broadcast: 'true',
    })
    const direct = sentOf(await channel.post({ person: workspace.people.asha }, view, 'gate:2:dm'))
    expect(direct.channel).toMatch(/^D/)
  })

  test('is not said where another organization listens', async () => {
    const { channel } = makeOne()
    workspace.known.set(workspace.channel, { is_ext_shared: true })
    expect(await channel.post({ channel: workspace.channel }, view, 'run:3')).toEqual({
      refused: 'channel_is_shared',
    })
    expect(workspace.of('chat.postMessage')).toEqual([])
  })
})

describe('what Slack answers', () => {
  test.each(['channel_not_found', 'not_in_channel', 'is_archived', 'msg_blocks_too_long', 'something_new'])(
    '%s is final',
    async (error) => {
      refusing('chat.postMessage', error)
      expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({
        refused: error,
      })
    },
  )

  test('too many messages wait as long as Slack says, and nothing else does', async () => {
    workspace.interfere = ({ method }) =>
      method === 'chat.postMessage' ? { status: 429, headers: { 'retry-after': '30' } } : null
    const sent = await makeOne().channel.post({ channel: workspace.channel }, view, 'a')
    expect(sent).toMatchObject({ why: 'ratelimited', busy: true })
    const wait = Date.parse((sent as { later: string }).later) - Date.now()
    expect(wait).toBeGreaterThan(28_000)
    expect(wait).toBeLessThanOrEqual(30_000)
    expect(workspace.of('chat.postMessage')).toHaveLength(1)
  })

  test('a token that is not taken is no message’s fault', async () => {
    refusing('chat.postMessage', 'token_revoked')
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toMatchObject({
      why: 'token_revoked',
      busy: false,
    })
  })

  test('nobody there: nothing was sent, so it is sent later', async () => {
    const { channel } = makeOne(await deadUrl())
    expect(await channel.post({ channel: workspace.channel }, view, 'a')).toMatchObject({
      why: 'ECONNREFUSED',
      busy: false,
    })
  })

  test.each([
    ['its answer is lost', 'lose'],
    ['the connection is cut', 'cut'],
    ['Slack fails on the way', { status: 500 }],
    ['Slack says that it may have been done', { status: 200, json: { ok: false, error: 'fatal_error' } }],
  ] as const)('a post is unsure, and tried once, when %s', async (_why, wrong) => {
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? wrong : null)
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({ unsure: true })
    expect(workspace.of('chat.postMessage')).toHaveLength(1)
  })

  test('a post that nobody answers in time is unsure', async () => {
    const never = Promise.withResolvers<null>()
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? never.promise : null)
    expect(
      await makeOne(workspace.apiUrl, 100).channel.post({ channel: workspace.channel }, view, 'a'),
    ).toEqual({ unsure: true })
    never.resolve(null)
  })

  test('an edit is never unsure: making it twice is the same', async () => {
    const { channel } = makeOne()
    const sent = sentOf(await channel.post({ channel: workspace.channel }, view, 'a'))
    workspace.interfere = ({ method }) => (method === 'chat.update' ? 'lose' : null)
    expect(await channel.update(sent, view, 'a')).toMatchObject({ busy: false })
    expect(await channel.update({ ...sent, ts: '1.1' }, view, 'a')).toMatchObject({ busy: false })
  })

  test('an edit of a message that is gone is final', async () => {
    expect(await makeOne().channel.update({ channel: workspace.channel, ts: '1.1' }, view, 'a')).toEqual({
      refused: 'message_not_found',
    })
  })
})

describe('files', () => {
  const files = [
    { name: 'up.sql', title: 'Up', content: 'alter table …' },
    { name: 'down.sql', title: 'Down', content: '' },
  ]

  test('are one upload in their thread', async () => {
    const { channel } = makeOne()
    const { ts } = sentOf(await channel.post({ channel: workspace.channel }, view, 'plan:1'))
    expect(await channel.upload({ channel: workspace.channel, threadTs: ts }, files)).toEqual({
      sent: { channel: workspace.channel, ts },
    })
    const { messages = [] } = await workspace.own.conversations.replies({ channel: workspace.channel, ts })
    const uploads = messages.filter((message) => message.files)
    expect(uploads).toHaveLength(1)
    expect(uploads[0]?.files?.map((file) => file.name)).toEqual(['up.sql', 'down.sql'])
  })

  test('go to a person in their direct messages', async () => {
    const sent = sentOf(await makeOne().channel.upload({ person: workspace.people.asha }, files))
    expect(sent.channel).toMatch(/^D/)
  })

  test.each([
    ['files.getUploadURLExternal', { status: 404 }],
    ['files.completeUploadExternal', { status: 200, json: { ok: false, error: 'unknown_method' } }],
  ] as const)(
    'cost their feature and one line in the log where there is no %s (slack-lacks)',
    async (method, wrong) => {
      const { channel, lines } = makeOne()
      workspace.interfere = (call) => (call.method === method ? wrong : null)
      const to = { channel: workspace.channel, threadTs: '1.1' }
      expect(await channel.upload(to, files)).toEqual({ lacks: true })
      expect(await channel.upload(to, files)).toEqual({ lacks: true })
      expect(lines.filter((line) => line['code'] === 'slack-lacks')).toHaveLength(1)
    },
  )
})

describe('a pin', () => {
  test('is set and taken away; doing it again changes nothing', async () => {
    const { channel } = makeOne()
    const sent = sentOf(await channel.post({ channel: workspace.channel }, view, 'run:9'))
    const pinned = async () =>
      ((await workspace.own.pins.list({ channel: workspace.channel })).items ?? []).length
    expect(await channel.pin(sent, true)).toBe(true)
    expect(await channel.pin(sent, true)).toBe(true)
    expect(await pinned()).toBe(1)
    expect(await channel.pin(sent, false)).toBe(true)
    expect(await channel.pin(sent, false)).toBe(true)
    expect(await pinned()).toBe(0)
  })

  test('is done without where our token was not given its right, and the log says so once (slack-lacks)', async () => {
    const { channel, lines } = makeOne()
    const sent = sentOf(await channel.post({ channel: workspace.channel }, view, 'run:10'))
    refusing('pins.add', 'missing_scope')
    expect(await channel.pin(sent, true)).toBe(false)
    expect(await channel.pin(sent, true)).toBe(false)
    expect(workspace.of('pins.add')).toHaveLength(1)
    expect(lines.filter((line) => line['code'] === 'slack-lacks')).toHaveLength(1)
  })
})
