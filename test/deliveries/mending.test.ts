import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { undelivered, waitingIn } from '../../src/store/waiting.ts'
import { plainText } from '../../src/views/words/plain.ts'
import { undeliveredView } from '../../src/views/undelivered.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { question, stopped, type History } from './history.ts'
import { openWorks, type Works } from './works.ts'

let workspace: Workspace
let works: Works
let history: History
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(async () => {
  works = await openWorks(workspace)
  history = works.history
})
afterEach(() => works.close())

const state = async (key: string): Promise<string | undefined> => (await works.row(key))?.state

describe('a bot that was removed from the channel', () => {
  test('says everything in order once it is put back: the break-glass card is among it', async () => {
    const run = await history.start()
    works.start()
    await works.settled()
    workspace.removedFrom.add(works.channel)
    // As the look at the channel is believed for a while, Slack itself refuses first.
    await history.stepEnds(run, 'card', 1, { status: 'done', facts: { file: '', commands: [] } })
    for (let i = 1; i <= 3; i++) await history.stepEnds(run, 'stop', i, stopped)
    await history.asks(run, 'drain', 1, question)
    await expect.poll(async () => (await works.row(`card:${run}`))?.error).toBe('not_in_channel')
    await expect.poll(() => state(`card:${run}`)).toBe('due')
    workspace.removedFrom.delete(works.channel)
    await works.settled()
    const texts = (await works.thread(`run:${run}`)).slice(1).map(({ text }) => text)
    const shown = texts
      .filter((text) => !text.includes('/files'))
      .map((text) => /^\S+/.exec(text)?.[0] ?? text)
    expect(shown[0]).toContain('"card"')
    expect(shown.at(-1)).toContain('"gate"')
    expect(shown.slice(1, -1)).toEqual(shown.slice(1, -1).toSorted())
  })

  test('tells the people of the run by a direct message, once, and that it is over', async () => {
    const run = await history.start()
    works.start({ render: works.drawReally })
    await works.settled()
    workspace.removedFrom.add(works.channel)
    for (let i = 1; i <= 3; i++) await history.stepEnds(run, 'stop', i, stopped)
    const direct = async () => (await history.rows()).filter(({ key }) => key.startsWith('undelivered:'))
    await expect.poll(async () => (await direct()).map((row) => row.state)).toEqual(['sent'])
    const [row] = await direct()
    const said = async () =>
      (await workspace.messages(row?.sent_as?.channel)).find(({ ts }) => ts === row?.sent_as?.ts)?.text
    expect(await said()).toMatch(/^\*?Not delivered:\*? \d messages? for .* since/)
    expect(await said()).toContain('/invite @lockkeeper')
    workspace.removedFrom.delete(works.channel)
    await expect.poll(said).toMatch(/^\*?Delivered\.\*? /)
    expect(await direct()).toHaveLength(1)
  })

  test('finds its live message as it is now when it is put back', async () => {
    const run = await history.start()
    works.start()
    await works.settled()
    workspace.removedFrom.add(works.channel)
    works.said = 'as it became'
    await history.touch(run)
    await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('not_in_channel')
    expect(await state(`run:${run}`)).toBe('sent')
    workspace.removedFrom.delete(works.channel)
    await expect.poll(async () => (await works.messages())[0]?.text).toContain('as it became')
    await expect
      .poll(() => works.row(`run:${run}`))
      .toMatchObject({ state: 'sent', error: null, waits_since: null })
  })
})

test('a run in a channel that the bot is not in waits with its whole thread, and is told when it is invited', async () => {
  workspace.removedFrom.add(works.channel)
  const run = await history.start()
  await history.stepEnds(run, 'stop', 1, stopped)
  works.start()
  await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('not_in_channel')
  await expect.poll(works.states).toMatchObject({ [`run:${run}`]: 'due', [`step:${run}/stop/1`]: 'due' })
  workspace.removedFrom.delete(works.channel)
  await works.settled()
  expect(await works.thread(`run:${run}`)).toHaveLength(2)
})

test('an e-mail tells the contacts of a run what waits for its channel', async () => {
  await history.pool.query(
    `update lockkeeper.plan set body = jsonb_set(body, '{approved,runbook,contacts}', '[{"role":"lead","email":"lead@example.com"}]')`,
  )
  workspace.removedFrom.add(works.channel)
  await history.start()
  works.start()
  await expect
    .poll(async () => (await history.rows()).map(({ key }) => key).filter((key) => key.includes(':mail:')))
    .toEqual([expect.stringMatching(/^undelivered:.*:mail:lead@example\.com$/)])
})

test('a token that Slack does not accept is no message’s fault: all of them are sent with the next one', async () => {
  workspace.interfere = ({ method }) =>
    method === 'auth.test' ? null : { status: 200, json: { ok: false, error: 'invalid_auth' } }
  const run = await history.start()
  const one = works.start()
  await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('invalid_auth')
  await history.stepEnds(run, 'stop', 1, stopped)
  const tried = workspace.calls.length
  await expect.poll(async () => (await history.rows()).length).toBeGreaterThan(1)
  expect(workspace.calls.length).toBe(tried)
  await one.stop()
  workspace.interfere = () => null
  works.start()
  await works.settled()
  expect(await works.thread(`run:${run}`)).toHaveLength(2)
})

test('what nobody mends for a week is refused for good', async () => {
  workspace.removedFrom.add(works.channel)
  const run = await history.start()
  await history.pool.query(`update lockkeeper.event set at = now() - interval '8 days'`)
  works.start()
  await expect
    .poll(() => works.row(`run:${run}`))
    .toMatchObject({ state: 'refused', error: 'not_in_channel' })
})

test('the page of a proxy is no answer: a message is sent when Slack is there, and nothing is asked in between', async () => {
  workspace.interfere = ({ method }) =>
    method === 'chat.postMessage' ? { status: 200, page: '<html>Blocked</html>' } : null
  const run = await history.start()
  const { lines } = works.start({ pace: { away: { first: 60_000, most: 60_000 } } })
  await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('not_slack')
  await expect.poll(() => state(`run:${run}`)).toBe('unsure')
  await expect.poll(() => lines.filter((line) => line['code'] === 'slack-away')).toHaveLength(1)
})

test('what did not get through is listed by place, with the reason and what to do', async () => {
  workspace.removedFrom.add(works.channel)
  const run = await history.start()
  await history.stepEnds(run, 'card', 1, { status: 'done', facts: { file: '', commands: [] } })
  works.start()
  await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('not_in_channel')
  expect(await undelivered(history.pool)).toMatchObject([
    { to: { channel: works.channel }, error: 'not_in_channel', count: 1, cards: [] },
  ])
  const waiting = await waitingIn(history.pool, works.channel)
  expect(plainText(undeliveredView('#ops', waiting && { ...waiting, to: { channel: '#ops' } }))).toMatch(
    /^Not delivered: 1 message for #ops since .*\nLockkeeper is not in #ops\.\nType \/invite @lockkeeper in #ops\. Then they are sent at once, in order\.$/,
  )
})
