import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
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
    api_app_id: 'A0LOCKKEEPER',
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
  // Another app in the channel posts what looks like ours.
  const forged = {
    ...event,
    event_id: 'Ev0',
    event: { ...event.event, app_id: 'A0OTHER', message_ts: '1.0' },
  }
  await lobby.post(JSON.stringify(forged), { contentType: 'application/json' })
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
