import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { View } from '../../src/domain/view.ts'
import { openChannel } from './one-channel.ts'
import { openStage, type Stage } from './stage.ts'

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

const view: View = { state: [{ bold: 'HRMS is down' }], parts: [], actions: [] }
const open = () => openChannel({ store, workspace })
/** What was sent to be read. */
const said = () => workspace.calls.filter(({ method }) => /^(chat|files)\./.test(method))
const refusing = (method: string, error: string) => {
  workspace.interfere = (call) =>
    call.method === method ? { status: 200, json: { ok: false, error } } : null
}

describe('a message', () => {
  test.each(['#migrations', 'id'])(
    'is neither posted, edited nor uploaded where another organization listens, the channel written as %s',
    async (written) => {
      const { channel } = open()
      const to = { channel: written === 'id' ? workspace.channel : written }
      const shared = { waits: 'channel_is_shared', everywhere: false }
      workspace.known.set(workspace.channel, { is_ext_shared: true })
      expect(await channel.post(to, view, 'run:3')).toEqual(shared)
      expect(await channel.update({ channel: workspace.channel, ts: '1.1' }, to, view, 'run:3')).toEqual(
        shared,
      )
      expect(await channel.upload(to, [{ name: 'up.sql', title: 'Up', content: 'select 1' }])).toEqual(shared)
      expect(said()).toEqual([])
    },
  )

  test.each([
    ['cannot be read', 'conversations.list', { status: 500 }],
    ['is not what answers', 'conversations.list', { status: 200, page: '<html>Blocked</html>' }],
    [
      'does not tell of the channel',
      'conversations.info',
      { status: 200, json: { ok: false, error: 'fatal_error' } },
    ],
    ['lets us ask no more', 'conversations.info', { status: 429, headers: { 'retry-after': '30' } }],
    [
      'does not let us ask',
      'conversations.info',
      { status: 200, json: { ok: false, error: 'missing_scope' } },
    ],
  ] as const)('is said nowhere while Slack %s (%s)', async (_why, method, wrong) => {
    const { channel } = open()
    workspace.interfere = (call) => (call.method === method ? wrong : null)
    const sent = await channel.post({ channel: '#migrations' }, view, 'run:4')
    expect(sent).not.toHaveProperty('sent')
    expect(sent).not.toHaveProperty('refused')
    expect(said()).toEqual([])
  })

  test('waits where there is no channel of that name', async () => {
    expect(await open().channel.post({ channel: '#nowhere' }, view, 'run:5')).toEqual({
      waits: 'channel_not_found',
      everywhere: false,
    })
    expect(said()).toEqual([])
  })

  test.each([
    ['a person of another organization', { is_stranger: true }, 'person_stranger'],
    ['a guest', { is_restricted: true }, 'person_guest'],
    ['who has left', { deleted: true }, 'person_deleted'],
  ])('is not said to %s', async (_who, told, refused) => {
    const { channel } = open()
    workspace.known.set(workspace.people.mei, told)
    expect(await channel.post({ person: workspace.people.mei }, view, 'run:6')).toEqual({ refused })
    expect(said()).toEqual([])
  })

  test('waits for a person whom Slack does not tell about', async () => {
    refusing('users.info', 'fatal_error')
    expect(await open().channel.post({ person: workspace.people.mei }, view, 'run:7')).toMatchObject({
      why: 'person_unknown',
      busy: true,
    })
    expect(said()).toEqual([])
  })
})
