import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import pino from 'pino'
import { beforeAll, expect, test } from 'vitest'
import type { Desk } from '../../src/domain/desk.ts'
import { makeSlack } from '../../src/slack/app.ts'
import { openLobby } from './lobby.ts'
import { openStage, type Stage } from './stage.ts'
import { deadUrl } from './workspace.ts'

let workspace: Stage['workspace']
let store: Stage['store']
beforeAll(async () => {
  const stage = await openStage()
  ;({ workspace, store } = stage)
  return stage.close
})

const log = pino({ level: 'silent' })
const desk: Desk = {
  opensForm: () => false,
  typed: async (_caller, words) => ({
    view: { state: [`You said ${words.join(' ')}.`], parts: [], actions: [] },
  }),
  pressed: async () => ({ view: { state: [], parts: [], actions: [] } }),
  submitted: async () => ({ view: { state: [], parts: [], actions: [] } }),
}
const over = (mode: Parameters<typeof makeSlack>[0]['config']['mode'], apiUrl = workspace.apiUrl) => ({
  botToken: workspace.botToken,
  mode,
  apiUrl,
})
const http = { http: { signingSecret: 's', port: 0 } }

test('a token that Slack does not take is told at start (slack-refused)', async () => {
  const config = over(http)
  workspace.interfere = ({ method }) =>
    method === 'auth.test' ? { status: 200, json: { ok: false, error: 'invalid_auth' } } : null
  expect(await makeSlack({ config, roles: {}, store, log }).listen(desk)).toMatchObject({
    ok: false,
    problem: { code: 'slack-refused', error: 'invalid_auth' },
  })
  workspace.interfere = () => null
})

test('nobody at Slack’s address is told at start (slack-away)', async () => {
  const config = over(http, await deadUrl())
  expect(await makeSlack({ config, roles: {}, store, log }).listen(desk)).toMatchObject({
    ok: false,
    problem: { code: 'slack-away', errno: 'ECONNREFUSED' },
  })
})

test('a port on which another program listens is told at start (port-refused)', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const config = over({ http: { signingSecret: 's', port } })
  expect(await makeSlack({ config, roles: {}, store, log }).listen(desk)).toEqual({
    ok: false,
    problem: { code: 'port-refused', port, errno: 'EADDRINUSE' },
  })
  other.close()
})

test('GET /health says whether all is well', async () => {
  const health = { well: true }
  const slack = makeSlack({ config: over(http), roles: {}, store, log, isHealthy: async () => health.well })
  const listening = await slack.listen(desk)
  if (!listening.ok) throw new Error('not listening')
  const ask = async () => (await fetch(`http://127.0.0.1:${listening.value.port}/health`)).status
  expect(await ask()).toBe(200)
  health.well = false
  expect(await ask()).toBe(503)
  await listening.value.stop()
})

test('a shutdown waits for what was acknowledged', async () => {
  const lobby = await openLobby()
  const held = Promise.withResolvers<void>()
  lobby.answer = async () => {
    await held.promise
    return { view: { state: ['At last.'], parts: [], actions: [] } }
  }
  await lobby.type('status')
  await expect.poll(() => lobby.asked).toHaveLength(1)
  const closed = lobby.stop()
  held.resolve()
  await closed
  expect(lobby.workspace.of('chat.postEphemeral')).toHaveLength(1)
  await lobby.close()
})

test('a message whose answer was lost is known to be there when Slack tells of it', async () => {
  const lobby = await openLobby()
  await lobby.store.query(
    `insert into lockkeeper.delivery (key, lane, to_address, shows, state) values ('gate:x', 'C', '{"channel":"C"}', '{"gate":"x"}', 'unsure')`,
  )
  const event = {
    type: 'event_callback',
    team_id: lobby.workspace.team,
    event_id: 'Ev1',
    event: {
      type: 'message_metadata_posted',
      app_id: 'A0LOCKKEEPER',
      bot_id: 'B0LOCKKEEPER',
      user_id: 'U0LOCKKEEPER',
      channel_id: 'C0OPS',
      message_ts: '1700000000.000100',
      metadata: { event_type: 'lockkeeper_delivery', event_payload: { key: 'gate:x' } },
    },
  }
  await lobby.post(JSON.stringify(event), { contentType: 'application/json' })
  await expect
    .poll(
      async () =>
        (await lobby.store.query<Record<string, unknown>>(`select state, sent_as from lockkeeper.delivery`))
          .rows,
    )
    .toEqual([{ state: 'sent', sent_as: { channel: 'C0OPS', ts: '1700000000.000100' } }])
  await lobby.close()
})

test('in Socket Mode requests come over a connection that is made again when it is lost, and ended at shutdown', async () => {
  const socket = await openSocket()
  workspace.calls.length = 0
  workspace.interfere = ({ method }) =>
    method === 'apps.connections.open' ? { status: 200, json: { ok: true, url: socket.url } } : null
  const slack = makeSlack({ config: over({ socket: { appToken: 'xapp-1' } }), roles: {}, store, log })
  const listening = await slack.listen(desk)
  if (!listening.ok) throw new Error('not listening')
  expect(listening.value.port).toBeNull()
  const envelope = (id: string) => ({
    type: 'slash_commands',
    envelope_id: id,
    accepts_response_payload: true,
    payload: {
      command: '/migrate',
      text: 'status',
      user_id: workspace.people.asha,
      team_id: workspace.team,
      channel_id: workspace.channel,
      trigger_id: `socket-${id}`,
    },
  })
  socket.send(envelope('one'))
  await expect.poll(() => socket.heard).toMatchObject([{ envelope_id: 'one' }])
  await expect.poll(() => workspace.of('chat.postEphemeral')).toHaveLength(1)
  socket.cut()
  await expect.poll(() => socket.connections).toBe(2)
  await expect.poll(() => socket.isOpen()).toBe(true)
  socket.send(envelope('two'))
  await expect.poll(() => workspace.of('chat.postEphemeral'), { timeout: 5_000 }).toHaveLength(2)
  await listening.value.stop()
  await expect.poll(() => socket.isOpen()).toBe(false)
  await socket.close()
  workspace.interfere = () => null
})

/** A WebSocket server of one connection, as far as Socket Mode needs one (RFC 6455; short text frames). */
async function openSocket() {
  let open: Duplex | null = null
  const state = { connections: 0, heard: [] as unknown[] }
  const server: Server = createServer()
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    state.connections += 1
    open = socket
    socket.on('error', () => {})
    socket.on('close', () => {
      if (open === socket) open = null
    })
    socket.on('data', (frame: Buffer) => {
      const opcode = (frame[0] ?? 0) & 0x0f
      if (opcode === 0x8) return void socket.end(Buffer.from([0x88, 0x02, 0x03, 0xe8]))
      if (opcode === 0x1) state.heard.push(JSON.parse(unmasked(frame)))
    })
    write({ type: 'hello' })
  })
  const write = (message: unknown): void => {
    const text = Buffer.from(JSON.stringify(message))
    const head = text.length < 126 ? [0x81, text.length] : [0x81, 126, text.length >> 8, text.length & 0xff]
    open?.write(Buffer.concat([Buffer.from(head), text]))
  }
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    send: write,
    cut: () => void open?.destroy(),
    isOpen: () => open !== null,
    get connections() {
      return state.connections
    },
    heard: state.heard,
    close: () => new Promise<void>((closed) => server.close(() => closed())),
  }
}

function unmasked(frame: Buffer): string {
  const short = (frame[1] ?? 0) & 0x7f
  const from = short === 126 ? 4 : 2
  const length = short === 126 ? frame.readUInt16BE(2) : short
  const mask = frame.subarray(from, from + 4)
  return Buffer.from(
    frame.subarray(from + 4, from + 4 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0)),
  ).toString()
}
