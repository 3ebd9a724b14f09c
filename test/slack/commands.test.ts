import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Problems } from '../../src/domain/problem.ts'
import { recordedNames } from '../../src/store/people.ts'
import { lineText } from '../../src/views/words/plain.ts'
import { problemView } from '../../src/views/problem/problem.ts'
import { openLobby, viewOf, type Lobby } from './lobby.ts'

let lobby: Lobby
beforeAll(async () => {
  lobby = await openLobby()
})
afterAll(() => lobby.close())
beforeEach(async () => {
  await lobby.reset()
  lobby.answer = () => ({ view: { state: ['All is well.'], parts: [], actions: [] } })
})

const told = () => lobby.workspace.of('chat.postEphemeral')

describe('a slash command', () => {
  test('is acknowledged, asked at the desk in plain words, and answered to the one who typed it alone', async () => {
    const response = await lobby.type('run add-security “two words” — now')
    expect(response.status).toBe(200)
    await expect.poll(told).toHaveLength(1)
    expect(lobby.asked).toEqual([
      { typed: ['run', 'add-security', 'two words', '-', 'now'], by: lobby.workspace.people.asha },
    ])
    expect(told()[0]?.args).toMatchObject({
      user: lobby.workspace.people.asha,
      channel: lobby.workspace.channel,
      text: 'All is well.',
    })
  })

  test('leaves the name of whoever typed it in the store, for terminals', async () => {
    const { asha } = lobby.workspace.people
    lobby.workspace.known.set(asha, { profile: { display_name: 'Asha Ramgoolam' } })
    await lobby.type('status')
    await expect.poll(async () => (await recordedNames(lobby.store)).get(asha)).toBe('Asha Ramgoolam')
  })

  test('that takes long says so, before it is answered', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    lobby.answer = () => promise.then(() => ({ view: { state: ['A plan.'], parts: [], actions: [] } }))
    await lobby.type('plan')
    await expect.poll(told).toHaveLength(1)
    expect(told()[0]?.args).toMatchObject({ text: expect.stringContaining('Working on it.') })
    resolve()
    await expect.poll(told).toHaveLength(2)
    expect(told()[1]?.args).toMatchObject({ text: 'A plan.' })
  })

  test('with a forged signature is refused (401), and nothing is done', async () => {
    const response = await lobby.post('command=%2Fmigrate&text=run', { secret: 'another secret' })
    expect(response.status).toBe(401)
    expect(lobby.asked).toEqual([])
  })

  test('that is older than five minutes is refused (401)', async () => {
    const response = await lobby.post('command=%2Fmigrate&text=run', { at: Date.now() - 6 * 60_000 })
    expect(response.status).toBe(401)
    expect(lobby.asked).toEqual([])
  })

  test('that is replayed is acknowledged and not done again', async () => {
    const trigger = await lobby.workspace.trigger(lobby.workspace.people.asha)
    await lobby.type('status', { trigger })
    await expect.poll(told).toHaveLength(1)
    const again = await lobby.type('status', { trigger })
    expect(again.status).toBe(200)
    await lobby.type('help')
    await expect
      .poll(() => lobby.asked.map((asked) => 'typed' in asked && asked.typed[0]))
      .toEqual(['status', 'help'])
    expect(lobby.lines.some((line) => line['msg'] === 'a request came twice, and was served once')).toBe(true)
  })

  test('from where the bot is not is answered in a direct message', async () => {
    lobby.workspace.interfere = ({ method }) =>
      method === 'chat.postEphemeral' ? { status: 200, json: { ok: false, error: 'not_in_channel' } } : null
    await lobby.type('status')
    await expect.poll(() => lobby.workspace.of('chat.postMessage')).toHaveLength(1)
    expect(lobby.workspace.of('chat.postMessage')[0]?.args).toMatchObject({
      channel: lobby.workspace.people.asha,
      text: 'All is well.',
    })
  })

  test('that opens a form opens a modal before the desk has answered, and fills it', async () => {
    lobby.forms.add('run')
    const slow = Promise.withResolvers<void>()
    lobby.answer = async () => {
      await slow.promise
      return {
        form: {
          title: 'Run migration',
          submit: 'Run now',
          parts: [],
          fields: [{ name: 'typed', label: 'Name', kind: 'text' }],
        },
        command: 'run',
        input: { plan: '7F3A' },
      }
    }
    await lobby.type('run 7F3A')
    await expect
      .poll(() => lobby.workspace.of('views.open').map(viewOf))
      .toMatchObject([{ title: { text: 'Lockkeeper' } }])
    expect(lobby.workspace.of('views.update')).toEqual([])
    slow.resolve()
    await expect
      .poll(() => lobby.workspace.of('views.update').map(viewOf))
      .toMatchObject([{ title: { text: 'Run migration' } }])
    expect(lobby.workspace.of('views.update')[0]?.args['view_id']).toBe(
      viewOf(lobby.workspace.of('views.open')[0]).id,
    )
    expect(told()).toEqual([])
  })

  test('that needs no form after all is answered in the modal that was opened', async () => {
    lobby.forms.add('run')
    await lobby.type('run 7F3A')
    await expect
      .poll(() => lobby.workspace.of('views.update').map((call) => call.args['view']))
      .toMatchObject([expect.stringContaining('All is well.')])
  })

  test('that opens a form which nobody expected opens it itself, while there is time', async () => {
    lobby.answer = () => ({
      form: { title: 'Choose a runbook', submit: 'Plan', parts: [], fields: [] },
      command: 'plan',
      input: {},
    })
    await lobby.type('plan')
    await expect
      .poll(() => lobby.workspace.of('views.open').map(viewOf))
      .toMatchObject([{ title: { text: 'Choose a runbook' } }])
    expect(lobby.workspace.of('views.update')).toEqual([])
    expect(told()).toEqual([])
  })

  test('whose modal could not be opened in time gets a button for it', async () => {
    lobby.forms.add('run')
    lobby.answer = (asked) =>
      'typed' in asked
        ? {
            form: { title: 'Run migration', submit: 'Run now', parts: [], fields: [] },
            command: 'run',
            input: { plan: '7F3A' },
          }
        : { view: { state: ['Pressed.'], parts: [], actions: [] } }
    await lobby.type('run 7F3A', { trigger: `expired-${randomUUID()}` })
    await expect.poll(told).toHaveLength(1)
    const nonce = /"value":"([^"]+)"/.exec(told()[0]?.args['blocks'] ?? '')?.[1] ?? ''
    await lobby.press(nonce)
    await expect.poll(() => lobby.asked.at(-1)).toMatchObject({ pressed: 'run', input: { plan: '7F3A' } })
  })

  test('is acknowledged before Slack has told anything about who asks', async () => {
    const slow = Promise.withResolvers<null>()
    lobby.workspace.interfere = ({ method }) => (method === 'users.info' ? slow.promise : null)
    expect((await lobby.type('status')).status).toBe(200)
    expect(lobby.asked).toEqual([])
    slow.resolve(null)
    await expect.poll(told).toHaveLength(1)
  })

  test('that fails within is told with a reference that the log has too (bug)', async () => {
    lobby.answer = () => Promise.reject(new Error('a bug of the test'))
    await lobby.type('status')
    await expect.poll(told).toHaveLength(1)
    const logged = lobby.lines.find((line) => line['msg'] === 'a request from Slack failed')
    expect(told()[0]?.args['text']).toContain(String(logged?.['reference']))
    expect(told()[0]?.args['text']).not.toContain('a bug of the test')
  })
})

describe('who may ask', () => {
  const refusedAs = async (why: Problems['person-refused']['why']) => {
    await lobby.type('status', { as: lobby.workspace.people.guest })
    await expect.poll(told).toHaveLength(1)
    expect(lobby.asked).toEqual([])
    const { state } = problemView({ code: 'person-refused', why })
    expect(told()[0]?.args['text']).toContain(lineText(state))
  }

  test.each([
    ['a guest', { is_restricted: true }, 'guest'],
    ['a guest of one channel', { is_ultra_restricted: true }, 'guest'],
    ['a stranger', { is_stranger: true }, 'stranger'],
    ['a bot', { is_bot: true }, 'bot'],
    ['somebody who left', { deleted: true }, 'deleted'],
    ['somebody of another workspace', { team_id: 'T0ELSEWHERE' }, 'other-workspace'],
  ] as const)('%s is refused (person-refused)', async (_who, more, why) => {
    lobby.workspace.known.set(lobby.workspace.people.guest, more)
    await refusedAs(why)
  })

  test('who cannot be looked up is refused (person-refused): it fails closed', async () => {
    lobby.workspace.interfere = ({ method }) => (method === 'users.info' ? { status: 500 } : null)
    await refusedAs('unknown')
  })

  test.each([{ is_ext_shared: true }, { is_pending_ext_shared: true }])(
    'nobody, in a channel that is shared with others: %o (channel-refused)',
    async (more) => {
      const { channel } = await lobby.workspace.own.conversations.create({
        name: `shared-${randomUUID().slice(0, 8)}`,
      })
      const id = channel?.id ?? ''
      await lobby.workspace.own.conversations.invite({ channel: id, users: lobby.workspace.people.asha })
      lobby.workspace.known.set(id, more)
      await lobby.type('status', { channel: id })
      await expect.poll(told).toHaveLength(1)
      expect(told()[0]?.args['text']).toMatch(/shared/)
      expect(lobby.asked).toEqual([])
    },
  )

  test('nobody, where Slack does not tell whose channel it is (channel-refused)', async () => {
    const elsewhere = (
      await lobby.workspace.own.conversations.create({ name: `e-${randomUUID().slice(0, 8)}` })
    ).channel?.id
    lobby.workspace.interfere = ({ method }) => (method === 'conversations.info' ? { status: 500 } : null)
    await lobby.type('status', { channel: elsewhere ?? '' })
    await expect.poll(() => lobby.workspace.of('chat.postMessage')).toHaveLength(1)
    expect(lobby.asked).toEqual([])
  })

  test('in a conversation that the bot is not in, people may ask', async () => {
    await lobby.type('status', { channel: 'D0BETWEENTWO' })
    await expect.poll(() => lobby.asked).toHaveLength(1)
  })
})
