import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { View } from '../../src/domain/view.ts'
import { openChannel } from './one-channel.ts'
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
  workspace.removedFrom.clear()
  workspace.interfere = () => null
})

const view: View = {
  state: [{ bold: 'HRMS is down' }],
  parts: [],
  actions: [{ label: 'Retry', says: 'Tries again', command: 'answer', input: { choice: 'retry' } }],
}

const makeOne = (apiUrl = workspace.apiUrl, timeout?: number) =>
  openChannel({ store, workspace, apiUrl, timeout })

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
    await channel.update(sent, { channel: '#migrations' }, { ...view, state: ['HRMS is back'] }, 'run:1')
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
})

describe('what Slack answers', () => {
  test.each([
    'channel_not_found',
    'not_in_channel',
    'is_archived',
    'missing_scope',
    'restricted_action',
    'restricted_action_read_only_channel',
  ])('%s is mended by people, and waits for them', async (error) => {
    refusing('chat.postMessage', error)
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({
      waits: error,
      everywhere: false,
    })
  })

  test.each(['token_revoked', 'invalid_auth', 'account_inactive'])(
    '%s is no message’s fault: nothing is taken until the token is another one',
    async (error) => {
      refusing('chat.postMessage', error)
      expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({
        waits: error,
        everywhere: true,
      })
    },
  )

  test.each(['no_text', 'something_new'])('%s is final', async (error) => {
    refusing('chat.postMessage', error)
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({
      refused: error,
    })
  })

  test.each(['invalid_blocks', 'msg_blocks_too_long'])(
    'a message that is refused with %s is sent as text alone, edited so too, and we are told (slack-blocks)',
    async (error) => {
      const { channel, lines } = makeOne()
      const messages = ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]']
      workspace.interfere = ({ method, args }) =>
        method.startsWith('chat.') && args['blocks'] && args['blocks'] !== '[]'
          ? { status: 200, json: { ok: false, error, response_metadata: { messages } } }
          : null
      const here = { channel: workspace.channel }
      const sent = sentOf(await channel.post(here, view, 'run:blocks'))
      expect(await channel.update(sent, here, { ...view, state: ['HRMS is back'] }, 'run:blocks')).toEqual({
        sent,
      })
      const message = (await workspace.messages()).find(({ ts }) => ts === sent.ts)
      expect(message?.text).toContain('HRMS is back')
      expect(message?.text).toContain('Retry')
      expect(message?.blocks ?? []).toEqual([])
      expect(lines.filter((line) => line['code'] === 'slack-blocks')).toMatchObject([
        { key: 'run:blocks', error, says: messages },
        { key: 'run:blocks', error, says: messages },
      ])
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

  test('too many messages wait, too, where nobody says how long', async () => {
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? { status: 429 } : null)
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toMatchObject({
      why: 'ratelimited',
      busy: true,
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
    ['a proxy shows its own page', { status: 200, page: '<html>Please log in</html>' }],
    ['a proxy says one word', { status: 200, page: 'blocked' }],
    ['a proxy speaks JSON', { status: 200, json: { error: 'not_in_channel' } }],
    ['a proxy says that there is nothing', { status: 404, page: '<html>Not Found</html>' }],
    ['a proxy forbids it', { status: 403, page: '<html>Forbidden</html>' }],
  ] as const)('a post is unsure, and tried once, when %s', async (_why, wrong) => {
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? wrong : null)
    expect(await makeOne().channel.post({ channel: workspace.channel }, view, 'a')).toEqual({
      unsure: expect.any(String) as string,
    })
    expect(workspace.of('chat.postMessage')).toHaveLength(1)
  })

  test('a post that nobody answers in time is unsure', async () => {
    const never = Promise.withResolvers<null>()
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? never.promise : null)
    expect(
      await makeOne(workspace.apiUrl, 100).channel.post({ channel: workspace.channel }, view, 'a'),
    ).toEqual({ unsure: 'ETIMEDOUT' })
    never.resolve(null)
  })

  test('an edit is never unsure: making it twice is the same', async () => {
    const { channel } = makeOne()
    const here = { channel: workspace.channel }
    const sent = sentOf(await channel.post({ channel: workspace.channel }, view, 'a'))
    workspace.interfere = ({ method }) => (method === 'chat.update' ? 'lose' : null)
    expect(await channel.update(sent, here, view, 'a')).toMatchObject({ busy: false })
    expect(await channel.update({ ...sent, ts: '1.1' }, here, view, 'a')).toMatchObject({ busy: false })
  })

  test('an edit of a message that is gone is final', async () => {
    const here = { channel: workspace.channel }
    expect(await makeOne().channel.update({ ...here, ts: '1.1' }, here, view, 'a')).toEqual({
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
    ['files.getUploadURLExternal', { status: 404, json: { ok: false, error: 'unknown_method' } }],
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

test('a message of ours is taken away', async () => {
  const { channel } = makeOne()
  const sent = sentOf(await channel.post({ channel: workspace.channel }, view, 'run:twice'))
  expect(await channel.remove(sent)).toBe(true)
  expect((await workspace.messages()).map(({ ts }) => ts)).not.toContain(sent.ts)
  expect(await channel.remove(sent)).toBe(false)
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
