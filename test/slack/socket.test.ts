import pino from 'pino'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Desk } from '../../src/domain/desk.ts'
import { makeSlack, type Listening } from '../../src/slack/app.ts'
import { openSocketServer, type Connected, type SocketServer } from './socket-server.ts'
import { openStage, type Stage } from './stage.ts'

let workspace: Stage['workspace']
let store: Stage['store']
let server: SocketServer
let listening: Listening | null
let lines: Record<string, unknown>[]
let served: string[]

beforeAll(async () => {
  const stage = await openStage()
  ;({ workspace, store } = stage)
  return stage.close
})
beforeEach(async () => {
  server = await openSocketServer()
  listening = null
  lines = []
  served = []
  workspace.interfere = ({ method }) =>
    method === 'apps.connections.open' ? { status: 200, json: server.open() } : null
})
afterEach(async () => {
  await listening?.stop()
  await server.close()
})

const view = (text: string) => ({ view: { state: [text], parts: [], actions: [] } })
const desk: Desk = {
  opensForm: () => false,
  typed: async (_caller, words) => {
    served.push(words.join(' '))
    return view('Done.')
  },
  pressed: async () => view(''),
  submitted: async () => view(''),
}

async function listen() {
  const log = pino(
    { level: 'debug' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const config = {
    botToken: workspace.botToken,
    mode: { socket: { appToken: 'xapp-of-the-test' } },
    apiUrl: workspace.apiUrl,
  }
  const started = await makeSlack({ config, roles: {}, store, log }).listen(desk)
  if (started.ok) listening = started.value
  return started
}

/** Two connections that Slack routes to. */
async function connected(): Promise<[Connected, Connected]> {
  expect(await listen()).toMatchObject({ ok: true, value: { port: null } })
  await expect.poll(() => server.routed).toHaveLength(2)
  return [server.routed[0]!, server.routed[1]!]
}

const command = (text: string, trigger = text) => ({
  command: '/migrate',
  text,
  user_id: workspace.people.asha,
  team_id: workspace.team,
  channel_id: workspace.channel,
  trigger_id: `${expect.getState().currentTestName}-${trigger}`,
})

test('requests arrive over both connections of a process, and a shutdown ends both', async () => {
  await connected()
  const over = [await server.deliver(command('one')), await server.deliver(command('two'))]
  expect(new Set(over.map(({ over: { number } }) => number)).size).toBe(2)
  await expect.poll(() => served.toSorted()).toEqual(['one', 'two'])
  await listening!.stop()
  await expect.poll(() => server.standing.size).toBe(0)
})

test.each(['warning', 'refresh_requested'])(
  'a connection that Slack recycles (%s) serves until its replacement does, also when TCP is left open',
  async (reason) => {
    const [first, second] = await connected()
    server.refuses = 'internal_error'
    server.announceEnd(first, reason)
    await expect.poll(() => lines.some(({ level }) => level === 40)).toBe(true)
    // The replacement fails for now: what was on its way to the old one is acknowledged there.
    await server.deliverTo(first, command('late'))
    server.refuses = null
    await expect.poll(() => server.routed.length).toBe(2)
    await server.deliverTo(first, command('later'))
    server.fallSilent(first)
    await server.deliverTo(
      server.routed.find((one) => one !== second)!,
      command('on the new one'),
    )
    await server.deliverTo(second, command('on the other'))
    await expect.poll(() => served.toSorted()).toEqual(['late', 'later', 'on the new one', 'on the other'])
    expect(server.longestDeafness()).toBe(0)
  },
)

test('both connections may be recycled at once: each is replaced', async () => {
  const both = await connected()
  for (const connection of both) server.announceEnd(connection, 'refresh_requested')
  await expect.poll(() => server.routed.length).toBe(2)
  await server.deliver(command('afterwards'))
  await expect.poll(() => served).toEqual(['afterwards'])
  expect(server.made).toBe(4)
})

test('a connection that is cut without a word is made again, while the other one serves', async () => {
  const [first, second] = await connected()
  server.cut(first)
  await server.deliverTo(second, command('meanwhile'))
  await expect.poll(() => server.made).toBe(3)
  expect(server.longestDeafness()).toBe(0)
})

test('a connection that falls silent is noticed and replaced, while the other one serves', async () => {
  const [first, second] = await connected()
  // The SDK counts from the first answer to a ping.
  await new Promise((pinged) => first.socket.once('ping', pinged))
  server.fallSilent(first)
  await expect.poll(() => server.made).toBe(3)
  await server.deliverTo(second, command('meanwhile'))
})

test('a Slack that refuses connections for a while ends no process: they are made when it takes them', async () => {
  const both = await connected()
  server.refuses = 'internal_error'
  for (const connection of both) server.cut(connection)
  const warned = () => lines.filter(({ msg }) => String(msg).startsWith('No connection to Slack'))
  await expect.poll(warned).not.toEqual([])
  server.refuses = null
  await expect.poll(() => server.routed.length).toBe(2)
  expect(lines.map(({ msg }) => msg)).toContain('connected to Slack again')
})

test('Slack’s limit of connections is waited out, not run against', async () => {
  const [first] = await connected()
  server.greets = 'too_many_websockets'
  server.announceEnd(first, 'refresh_requested')
  const warned = () => lines.filter(({ msg }) => String(msg).startsWith('Slack allows an app 10 connections'))
  await expect.poll(warned).toHaveLength(1)
  await server.deliverTo(first, command('meanwhile'))
  server.greets = 'hello'
  await expect.poll(() => server.routed.length).toBe(2)
  expect(server.made).toBeLessThan(8)
})

test('Socket Mode that is turned off in the app is told at start (slack-refused)', async () => {
  server.greets = 'link_disabled'
  expect(await listen()).toMatchObject({
    ok: false,
    problem: { code: 'slack-refused', error: 'link_disabled' },
  })
})

test('an app token that Slack does not take is told at start (slack-refused)', async () => {
  server.refuses = 'invalid_auth'
  expect(await listen()).toMatchObject({
    ok: false,
    problem: { code: 'slack-refused', error: 'invalid_auth' },
  })
})

test('a payload that arrives over both connections is served once', async () => {
  const [first, second] = await connected()
  await server.deliverTo(first, command('twice'))
  await server.deliverTo(second, command('twice'))
  await expect.poll(() => lines.some(({ msg }) => String(msg).includes('came twice'))).toBe(true)
  await expect.poll(() => served).toEqual(['twice'])
})

test('what arrives on a connection that breaks before it is acknowledged is served', async () => {
  const [first] = await connected()
  const delivered = server.deliverTo(first, command('unacknowledged')).catch(() => 'not acknowledged')
  server.cut(first)
  await expect.poll(() => served).toEqual(['unacknowledged'])
  await delivered
})

test('a payload that the SDK cannot read ends no process', async () => {
  const [first] = await connected()
  first.socket.send(
    JSON.stringify({ type: 'events_api', envelope_id: 'x', payload: { type: 'app_rate_limited' } }),
  )
  first.socket.send('no JSON')
  await server.deliverTo(first, command('afterwards'))
  await expect.poll(() => served).toEqual(['afterwards'])
})
