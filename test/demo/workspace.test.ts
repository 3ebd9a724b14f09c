import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bot, channels, people } from '../../demo/workspace/cast.ts'
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts'
import { topModal } from '../../demo/workspace/state.ts'
import { startReceiver, type Receiver } from './receiver.ts'

const [asha, dan] = people.map((person) => person.id) as [string, string]
const room = channels[0]!.id

/** The payload of the newest interaction. */
const newest = (receiver: Receiver) => receiver.received.at(-1)?.payload as Record<string, never>

describe('The demo’s workspace', () => {
  let workspace: Workspace
  let receiver: Receiver

  beforeAll(async () => {
    receiver = await startReceiver('secret')
    workspace = await startWorkspace({ port: 0, botUrl: receiver.url, signingSecret: 'secret' })
  })
  afterAll(async () => {
    await workspace.close()
    await receiver.close()
  })
  beforeEach(() => {
    receiver.answers = ''
    receiver.received.length = 0
  })

  /** A Web API call as Slack's own client makes it. */
  const call = async (method: string, values: Record<string, unknown>): Promise<Record<string, unknown>> => {
    const fields = Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ])
    const response = await fetch(workspace.apiUrl + method, {
      method: 'POST',
      body: new URLSearchParams(fields as [string, string][]),
      headers: { authorization: `Bearer ${workspace.botToken}` },
    })
    return (await response.json()) as Record<string, unknown>
  }
  const messages = () => [...workspace.state.messages.values()]
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
  const button = {
    type: 'actions',
    block_id: 'b',
    elements: [{ type: 'button', action_id: 'go', value: 'nonce', text: { type: 'plain_text', text: 'Go' } }],
  }
  const view = (blocks: object[]) => ({
    type: 'modal',
    callback_id: 'form',
    private_metadata: 'mine',
    title: { type: 'plain_text', text: 'Form' },
    submit: { type: 'plain_text', text: 'Send' },
    blocks,
  })
  const nameField = {
    type: 'input',
    block_id: 'name',
    label: { type: 'plain_text', text: 'Name' },
    element: { type: 'plain_text_input', action_id: 'typed' },
  }

  /** Opens a modal as a bot does: with the trigger of a command. */
  const openModal = async (person: string, blocks: object[]): Promise<string> => {
    await workspace.acts.say(person, room, '/migrate')
    const opened = await call('views.open', {
      trigger_id: receiver.received.at(-1)?.fields.get('trigger_id'),
      view: view(blocks),
    })
    return (opened['view'] as { id: string }).id
  }

  test('a slash command is signed, and its words are escaped as Slack does', async () => {
    await workspace.acts.say(asha, room, '/migrate plan x because <b> & @dan')
    const [{ fields, signedWell }] = receiver.received as [Receiver['received'][number]]
    expect(signedWell).toBe(true)
    expect(Object.fromEntries(fields)).toMatchObject({
      command: '/migrate',
      text: `plan x because &lt;b&gt; &amp; <@${dan}>`,
      user_id: asha,
      channel_id: room,
      channel_name: 'migrations',
      team_id: 'T000000001',
    })
  })

  test('an acknowledgement with text is seen by the one who typed alone', async () => {
    receiver.answers = 'Only for you'
    await workspace.acts.say(asha, room, '/migrate help')
    expect(messages().at(-1)).toMatchObject({ text: 'Only for you', only: asha, user: bot.id })
  })

  test('a bot that does not answer is explained to the one who typed, and not to others', async () => {
    receiver.answers = null
    await workspace.acts.say(asha, room, '/migrate help')
    expect(messages().at(-1)).toMatchObject({ only: asha })
    expect(messages().at(-1)?.text).toContain('did not answer within 3 seconds')
  })

  test('a posted message is drawn, edited in place, pinned and removed', async () => {
    const { ts } = await call('chat.postMessage', {
      channel: '#migrations',
      text: 'now',
      blocks: [section('*now*')],
    })
    const message = () => messages().find((one) => one.ts === ts)
    await call('chat.update', { channel: room, ts, text: 'then', blocks: [section('*then*')] })
    expect(message()).toMatchObject({ text: 'then', edited: false })
    await call('pins.add', { channel: room, timestamp: ts })
    expect(message()?.pinned).toBe(true)
    await call('chat.delete', { channel: room, ts })
    expect(message()).toBeUndefined()
  })

  test('an edit mentions nobody anew', async () => {
    const { ts } = await call('chat.postMessage', { channel: room, text: `for <@${asha}>` })
    await call('chat.update', { channel: room, ts, text: `for <@${asha}> and <@${dan}>` })
    expect(messages().find((one) => one.ts === ts)?.mentions).toEqual([asha])
  })

  test('a message to a person opens their conversation with the bot, which nobody else is in', async () => {
    const { channel } = await call('chat.postMessage', { channel: dan, text: 'psst' })
    expect(workspace.state.conversations.get(String(channel))).toMatchObject({
      kind: 'direct',
      members: [dan, bot.id],
    })
  })

  test('a click carries the message, the block, the value and a response address', async () => {
    const { ts } = await call('chat.postMessage', { channel: room, text: 'click', blocks: [button] })
    await workspace.acts.click(dan, { channel: room, ts: String(ts) }, 'b', 'go')
    expect(newest(receiver)).toMatchObject({
      type: 'block_actions',
      user: { id: dan, team_id: 'T000000001' },
      container: { type: 'message', message_ts: ts, channel_id: room, is_ephemeral: false },
      actions: [{ type: 'button', action_id: 'go', block_id: 'b', value: 'nonce' }],
    })
    const address = String(newest(receiver)['response_url'])
    await fetch(address, {
      method: 'POST',
      body: JSON.stringify({ text: 'answered', replace_original: true }),
    })
    expect(messages().find((one) => one.ts === ts)?.text).toBe('answered')
  })

  test('a button that is gone does nothing', async () => {
    const { ts } = await call('chat.postMessage', { channel: room, text: 'no button' })
    await workspace.acts.click(dan, { channel: room, ts: String(ts) }, 'b', 'go')
    expect(receiver.received).toEqual([])
  })

  test('a modal is for the one whose trigger opened it, and a trigger opens one', async () => {
    await openModal(asha, [section('hello')])
    const trigger_id = receiver.received.at(-1)?.fields.get('trigger_id')
    expect(topModal(workspace.state, asha)?.view.callback_id).toBe('form')
    expect(topModal(workspace.state, dan)).toBeNull()
    expect(await call('views.open', { trigger_id, view: view([section('again')]) })).toMatchObject({
      ok: false,
    })
    await workspace.acts.close(asha, topModal(workspace.state, asha)?.id ?? '')
  })

  test('errors stay in the modal beside their field; without them it closes', async () => {
    const id = await openModal(asha, [nameField])
    receiver.answers = JSON.stringify({ response_action: 'errors', errors: { name: 'Not that' } })
    await workspace.acts.submit(asha, id, { name: { typed: 'x' } })
    expect(newest(receiver)).toMatchObject({
      type: 'view_submission',
      view: {
        id,
        private_metadata: 'mine',
        state: { values: { name: { typed: { type: 'plain_text_input', value: 'x' } } } },
      },
    })
    expect(topModal(workspace.state, asha)?.errors).toEqual({ name: 'Not that' })
    receiver.answers = ''
    await workspace.acts.submit(asha, id, { name: { typed: 'y' } })
    expect(topModal(workspace.state, asha)).toBeNull()
  })

  test('a submission can show something else, and that can be filled in later', async () => {
    const id = await openModal(asha, [nameField])
    receiver.answers = JSON.stringify({
      response_action: 'update',
      view: { ...view([section('Checking…')]), submit: undefined },
    })
    await workspace.acts.submit(asha, id, { name: { typed: 'x' } })
    expect(JSON.stringify(topModal(workspace.state, asha)?.view.blocks)).toContain('Checking')
    await call('views.update', { view_id: id, view: view([section('Done')]) })
    expect(JSON.stringify(topModal(workspace.state, asha)?.view.blocks)).toContain('Done')
    await workspace.acts.close(asha, id)
  })

  test('ticked options come back whole', async () => {
    const option = { text: { type: 'plain_text', text: 'One' }, value: '1' }
    const id = await openModal(dan, [
      {
        type: 'input',
        block_id: 's',
        label: { type: 'plain_text', text: 'Which' },
        element: { type: 'checkboxes', action_id: 't', options: [option] },
      },
    ])
    await workspace.acts.submit(dan, id, { s: { t: ['1'] } })
    expect(newest(receiver)).toMatchObject({
      view: { state: { values: { s: { t: { type: 'checkboxes', selected_options: [option] } } } } },
    })
  })

  test.each([
    ['51 blocks', Array.from({ length: 51 }, () => section('x'))],
    ['a section of 3,001 characters', [section('x'.repeat(3001))]],
    [
      'one block id twice',
      [
        { ...section('x'), block_id: 'same' },
        { ...section('y'), block_id: 'same' },
      ],
    ],
    [
      'a button of 76 characters',
      [
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: 'a', text: { type: 'plain_text', text: 'x'.repeat(76) } }],
        },
      ],
    ],
  ])('%s is refused, as Slack refuses it', async (_what, blocks) => {
    expect(await call('chat.postMessage', { channel: room, text: 'x', blocks })).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
    })
  })

  test('a method that nobody knows is refused', async () => {
    expect(await call('chat.unheardOf', {})).toEqual({ ok: false, error: 'unknown_method' })
  })

  test('user groups and their members are known, and a member’s standing', async () => {
    expect(await call('usergroups.users.list', { usergroup: 'S0CTO' })).toEqual({
      ok: true,
      users: ['U0MEI00003'],
    })
    expect(await call('users.info', { user: dan })).toMatchObject({
      user: { id: dan, deleted: false, is_restricted: false, is_stranger: false },
    })
  })
})
