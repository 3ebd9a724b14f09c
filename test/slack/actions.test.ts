import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { keepButton } from '../../src/store/buttons.ts'
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
  lobby.answer = () => ({ view: { state: ['Done.'], parts: [], actions: [] } })
})

let made = 0
const button = (more: { person?: string; days?: number } = {}) =>
  keepButton(
    lobby.store,
    {
      delivery: `gate:${made++}`,
      command: 'answer',
      input: { run: '7F3A-1', choice: 'retry' },
      person: more.person ?? null,
    },
    more.days ?? 1,
  )
const told = () => lobby.workspace.of('chat.postEphemeral').map((call) => call.args['text'])

test('a button is its command with its input, looked up by an opaque value', async () => {
  const nonce = await button()
  expect(nonce).not.toMatch(/answer|7F3A|retry/)
  const response = await lobby.press(nonce)
  expect(response.status).toBe(200)
  await expect.poll(told).toEqual(['Done.'])
  expect(lobby.asked).toEqual([
    { pressed: 'answer', input: { run: '7F3A-1', choice: 'retry' }, by: lobby.workspace.people.asha },
  ])
})

test('an invented or forgotten button does nothing and says so (button-old)', async () => {
  await lobby.press('invented')
  await expect.poll(told).toHaveLength(1)
  expect(told()[0]).toContain(lineText(problemView({ code: 'button-old', command: 'status' }).state))
  expect(lobby.asked).toEqual([])
})

test('an expired button does nothing (button-old)', async () => {
  await lobby.press(await button({ days: -1 }))
  await expect.poll(told).toHaveLength(1)
  expect(lobby.asked).toEqual([])
})

test('somebody else’s button does nothing (button-not-yours)', async () => {
  const { asha, dan } = lobby.workspace.people
  await lobby.press(await button({ person: asha }), { as: dan })
  await expect.poll(told).toHaveLength(1)
  const { state } = problemView({ code: 'button-not-yours', owner: asha })
  expect(told()[0]).toContain(lineText(state, { person: (id) => `<@${id}>` }))
  expect(lobby.asked).toEqual([])
})

test('a guest’s click is refused before the desk hears of it (person-refused)', async () => {
  lobby.workspace.known.set(lobby.workspace.people.guest, { is_restricted: true })
  await lobby.press(await button(), { as: lobby.workspace.people.guest })
  await expect.poll(told).toHaveLength(1)
  expect(lobby.asked).toEqual([])
})

test('a second person’s click reaches the desk too, which knows who was first', async () => {
  const nonce = await button()
  await Promise.all([lobby.press(nonce), lobby.press(nonce, { as: lobby.workspace.people.dan })])
  await expect.poll(() => lobby.asked.length).toBe(2)
})

test('an impatient second tap of the same person does nothing', async () => {
  const nonce = await button()
  await lobby.press(nonce)
  await expect.poll(told).toHaveLength(1)
  await lobby.store.query(
    "update lockkeeper.button set used_at = now() + interval '1 minute' where nonce = $1",
    [nonce],
  )
  await lobby.press(nonce)
  const other = await button()
  await lobby.press(other)
  await expect.poll(() => told().length).toBe(2)
  expect(lobby.asked).toHaveLength(2)
})

test('a replayed click is not done again', async () => {
  const trigger = await lobby.workspace.trigger(lobby.workspace.people.asha)
  const nonce = await button()
  await lobby.press(nonce, { trigger })
  await expect.poll(told).toHaveLength(1)
  await lobby.store.query(
    "update lockkeeper.button set used_at = now() - interval '1 hour' where nonce = $1",
    [nonce],
  )
  await lobby.press(nonce, { trigger })
  await lobby.press(await button())
  await expect.poll(told).toHaveLength(2)
  expect(lobby.asked).toHaveLength(2)
})

test('a button in a thread is answered in that thread', async () => {
  await lobby.press(await button(), { thread: '1700000000.000100' })
  await expect.poll(() => lobby.workspace.of('chat.postEphemeral')).toHaveLength(1)
  expect(lobby.workspace.of('chat.postEphemeral')[0]?.args['thread_ts']).toBe('1700000000.000100')
})

test('a button in a modal is answered in that modal', async () => {
  lobby.forms.add('answer')
  await lobby.type('answer 7F3A-1')
  await expect.poll(() => lobby.workspace.of('views.update')).toHaveLength(1)
  const { id } = viewOf(lobby.workspace.of('views.open')[0])
  await lobby.press(await button(), { view: id })
  await expect.poll(() => lobby.workspace.of('views.update')).toHaveLength(2)
  expect(lobby.workspace.of('views.open')).toHaveLength(1)
  expect(lobby.workspace.of('views.update')[1]?.args['view_id']).toBe(id)
})

test('a message drawn again has the same buttons, and each command and input its own', async () => {
  const same = { delivery: 'run:1', command: 'cancel', input: { run: '1', because: ['a', null] } }
  const nonces = [
    await keepButton(lobby.store, same, 1),
    await keepButton(lobby.store, { ...same, input: { because: ['a', null], run: '1' } }, 1),
    await keepButton(lobby.store, { ...same, person: 'U1' }, 1),
    await keepButton(lobby.store, { ...same, delivery: 'run:2' }, 1),
    await keepButton(lobby.store, { ...same, input: { run: '2' } }, 1),
  ]
  expect(nonces[1]).toBe(nonces[0])
  expect(new Set(nonces).size).toBe(4)
})
