import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import pino from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { pump } from '../../src/deliveries/pump.ts'
import { recordArrived } from '../../src/store/arrivals.ts'
import { openWorkspace, type Workspace } from '../slack/workspace.ts'
import { openHistory, question, stopped, type History } from './history.ts'
import { fast, openWorks, type Works } from './works.ts'

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

describe('while Slack is away', () => {
  test('everything waits with one line in the log, and what was edited often is sent once', async () => {
    const run = await history.start()
    const { lines } = works.start()
    await works.settled()
    workspace.calls.length = 0
    workspace.interfere = () => 'cut'
    await history.touch(run)
    await expect.poll(() => workspace.calls.length).toBeGreaterThan(2)
    for (let i = 0; i < 200; i++) await history.happen({ is: 'run.cancelled' }, run)
    for (let i = 1; i <= 3; i++) await history.stepEnds(run, 'stop', i, stopped)
    const away = () => lines.filter((line) => line['code'] === 'slack-away')
    await expect.poll(async () => (await history.rows()).length).toBe(4)
    const taken: string[] = []
    workspace.interfere = ({ method, args }) => {
      if (method.startsWith('chat.')) taken.push(`${method} ${args['text']}`)
      return null
    }
    await works.settled()
    expect(taken.filter((call) => call.startsWith('chat.update')).length).toBeLessThanOrEqual(3)
    expect(away()).toHaveLength(1)
    expect(lines.filter((line) => line['msg'] === 'Slack is back: what waited is sent')).toHaveLength(1)
  })

  test('nothing that nobody could have got is marked as sent twice, and what is late says when it was', async () => {
    const run = await history.start()
    await history.stepEnds(run, 'stop', 1, stopped)
    await history.pool.query(`update lockkeeper.event set at = now() - interval '10 minutes'`)
    works.start()
    await works.settled()
    const [live = '', late = ''] = works.posts()
    expect(live).toContain('{"run"')
    expect(live).not.toMatch(/from|late/)
    expect(late).toMatch(/from .*UTC, sent late/)
    expect(late).not.toContain('may appear twice')
  })

  test('a rate limit on one channel holds up neither another one nor edits', async () => {
    const run = await history.start()
    works.start()
    await works.settled()
    workspace.interfere = ({ method, args }) =>
      method === 'chat.postMessage' && args['channel'] === works.channel
        ? { status: 429, headers: { 'retry-after': '30' } }
        : null
    workspace.calls.length = 0
    const gate = await history.asks(run, 'drain', 1, question)
    await expect.poll(async () => (await works.states())[`gate:${gate}:dm`]).toBe('sent')
    await expect.poll(() => works.edits().length).toBeGreaterThan(0)
    await expect.poll(() => works.row(`gate:${gate}`)).toMatchObject({ state: 'due', error: 'ratelimited' })
    expect(
      workspace.of('chat.postMessage').filter((call) => call.args['channel'] === works.channel),
    ).toHaveLength(1)
  })
})

test('Slack is left alone for a while after it could not be reached', async () => {
  workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? { status: 503 } : null)
  const run = await history.start()
  works.start({ pace: { away: { first: 60_000, most: 60_000 } } })
  await expect.poll(async () => (await works.row(`run:${run}`))?.error).toBe('status_503')
  // One that was under way when Slack went is a try, too.
  const tried = workspace.of('chat.postMessage').length
  expect(tried).toBeLessThanOrEqual(2)
  for (let i = 1; i <= 5; i++) {
    await history.stepEnds(run, 'stop', i, stopped)
    await expect.poll(async () => (await history.rows()).length).toBe(1 + i)
  }
  expect(workspace.of('chat.postMessage')).toHaveLength(tried)
})

describe('a message that nobody is sure of', () => {
  test('is not sent again when Slack told that it is there before its answer was lost', async () => {
    const run = await history.start()
    const sentAs = { channel: works.channel, ts: '1700000000.000100' }
    workspace.interfere = async ({ method }) => {
      // This Slack does not have the message that it is said to have.
      if (method === 'chat.update') return { status: 200, json: { ok: true } }
      if (method !== 'chat.postMessage') return null
      await recordArrived(history.pool, `run:${run}`, sentAs)
      return 'cut'
    }
    works.start({ pace: { refreshEvery: 3_600_000 } })
    await expect
      .poll(() => works.row(`run:${run}`))
      .toMatchObject({ state: 'sent', sent_as: sentAs, attempts: 1 })
    expect(works.posts()).toHaveLength(1)
  })

  test('is sent again after a while, marked as such', async () => {
    let lost = false
    workspace.interfere = ({ method }) => {
      if (method !== 'chat.postMessage' || lost) return null
      lost = true
      return 'lose'
    }
    const run = await history.start()
    works.start()
    await expect.poll(async () => (await works.row(`run:${run}`))?.state).toBe('sent')
    const [one, two] = await works.messages()
    expect(one?.text).not.toContain('(may appear twice)')
    expect(two?.text).toContain('(may appear twice)')
  })

  test('is not sent again before there was time to hear of it', async () => {
    workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? 'lose' : null)
    const run = await history.start()
    works.start({ pace: { doubt: 60_000 } })
    await expect.poll(async () => (await works.row(`run:${run}`))?.state).toBe('unsure')
    await history.made()
    await expect.poll(async () => (await works.row(`plan:${history.plan.id}`))?.state).toBe('unsure')
    expect(workspace.of('chat.postMessage')).toHaveLength(2)
  })

  test('because its process was killed while it was being sent, is sent again by the next one, marked as such', async () => {
    const taken = Promise.withResolvers<void>()
    const never = Promise.withResolvers<null>()
    workspace.interfere = ({ method }) => {
      if (method !== 'chat.postMessage') return null
      taken.resolve()
      return never.promise
    }
    const run = await history.start()
    const script = path.join(import.meta.dirname, 'pumping.ts')
    const child = spawn(process.execPath, [script, history.url, workspace.apiUrl, workspace.botToken], {
      stdio: 'ignore',
    })
    const gone = once(child, 'exit')
    await taken.promise
    expect(await works.row(`run:${run}`)).toMatchObject({ state: 'sending', attempts: 1 })
    child.kill('SIGKILL')
    await gone
    never.resolve(null)
    workspace.interfere = () => null
    works.start()
    await works.settled()
    expect(await works.row(`run:${run}`)).toMatchObject({ state: 'sent', attempts: 2 })
    expect((await works.messages()).at(-1)?.text).toContain('(may appear twice)')
  })
})

describe('what cannot be sent', () => {
  test('a view that cannot be drawn is tried again, and holds up nothing else', async () => {
    const run = await history.start()
    let broken = true
    const { lines } = works.start({
      render: async (shows) => {
        if ('run' in shows && broken) throw new Error('a bug of the test')
        return works.draw(shows)
      },
    })
    await history.made()
    await expect.poll(async () => (await works.row(`plan:${history.plan.id}`))?.state).toBe('sent')
    expect(lines.some((line) => line['msg'] === 'a message could not be drawn')).toBe(true)
    broken = false
    await expect.poll(async () => (await works.row(`run:${run}`))?.state).toBe('sent')
  })

  test('what is no longer there is not sent', async () => {
    const run = await history.start()
    works.start({ render: async () => null })
    await expect
      .poll(async () => await works.row(`run:${run}`))
      .toMatchObject({ state: 'refused', error: 'nothing_to_show' })
    expect(works.posts()).toEqual([])
  })
})

test('a shutdown ends between messages, and the next process goes on where it was', async () => {
  const held = Promise.withResolvers<null>()
  workspace.interfere = ({ method }) => (method === 'chat.postMessage' ? held.promise : null)
  const run = await history.start()
  for (let i = 1; i <= 3; i++) await history.stepEnds(run, 'stop', i, stopped)
  const one = works.start()
  await expect.poll(() => workspace.of('chat.postMessage')).toHaveLength(1)
  const stopping = one.stop()
  held.resolve(null)
  await stopping
  expect(await works.states()).toMatchObject({ [`run:${run}`]: 'sent', [`step:${run}/stop/3`]: 'due' })
  works.start()
  await works.settled()
  expect(works.posts().filter((text) => text.includes('twice'))).toEqual([])
  expect(workspace.of('chat.postMessage')).toHaveLength(4)
})

test('a store that is lost ends the pump with its error', async () => {
  const broken = await openHistory('C0OPS', 'U0ASHA')
  const log = pino({ level: 'silent' })
  const channel = { post: vi.fn(), update: vi.fn(), remove: vi.fn(), upload: vi.fn(), pin: vi.fn() }
  await broken.pool.query('drop table lockkeeper.event cascade')
  const pumped = pump({
    pool: broken.pool,
    channel,
    render: async () => null,
    log,
    signal: new AbortController().signal,
    pace: fast,
  })
  await expect(pumped).rejects.toMatchObject({ code: '42P01' })
  await broken.close()
})
