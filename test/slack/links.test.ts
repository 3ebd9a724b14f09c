import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { runKey } from '../../src/domain/delivery.ts'
import { beginDelivery, insertDelivery, recordSent } from '../../src/store/deliveries.ts'
import { runBegun } from '../../src/views/run/said.ts'
import { samplePlan } from '../plans.ts'
import { openLobby, viewOf, type Lobby } from './lobby.ts'

let lobby: Lobby
beforeAll(async () => {
  lobby = await openLobby()
})
afterAll(() => lobby.close())
beforeEach(() => lobby.reset())

const permalink = 'https://example.slack.com/archives/C1/p1700000000000100?a=1&b=2'
const told = { status: 200, json: { ok: true, permalink } }
let runs = 0

/** A run whose live message is there, or on its way. Gives its id. */
async function liveRun(sent = true): Promise<string> {
  const run = `LINK-${runs++}`
  const key = runKey(run)
  await insertDelivery(lobby.store, {
    key,
    to: { channel: '#migrations' },
    shows: { run },
    sends: 'message',
    urgent: true,
    pin: true,
    madeAt: new Date().toISOString(),
  })
  await beginDelivery(lobby.store, key)
  const sentAs = { channel: lobby.workspace.channel, ts: '1700000000.000100' }
  if (sent) await recordSent(lobby.store, key, sentAs, { wanted: 1, state: null })
  return run
}

/** What is shown to the one who began a run, where Slack answers so when it is asked for the link. */
async function saidOf(run: string, link: { status: number; json?: unknown } = told): Promise<string> {
  lobby.workspace.interfere = ({ method }) => (method === 'chat.getPermalink' ? link : null)
  lobby.answer = () => ({ view: runBegun(samplePlan(), run) })
  await lobby.type('run')
  await expect.poll(() => lobby.workspace.of('chat.postEphemeral')).toHaveLength(1)
  return lobby.workspace.of('chat.postEphemeral')[0]?.args['blocks'] ?? ''
}

test('an answer links the message that it speaks of', async () => {
  expect(JSON.parse(await saidOf(await liveRun()))[0].text.text).toContain(
    `(<${permalink.replace('&', '&amp;')}|its message>)`,
  )
  expect(lobby.workspace.of('chat.getPermalink')[0]?.args).toMatchObject({
    channel: lobby.workspace.channel,
    message_ts: '1700000000.000100',
  })
})

test('a message that is not there yet, or of which Slack does not tell, is named by its channel', async () => {
  expect(await saidOf(await liveRun(false))).toContain('#migrations')
  expect(lobby.workspace.of('chat.getPermalink')).toEqual([])
  await lobby.reset()
  expect(await saidOf(await liveRun(), { status: 500 })).toContain('#migrations, step by step')
})

test('in a modal it is linked too, in its parts as in its state', async () => {
  lobby.forms.add('run')
  lobby.workspace.interfere = ({ method }) => (method === 'chat.getPermalink' ? told : null)
  const inline = { channel: '#migrations', message: runKey(await liveRun()) }
  lobby.answer = () => ({
    view: { state: ['Done.'], parts: [{ part: 'text', line: ['See ', inline] }], actions: [] },
  })
  await lobby.type('run')
  await expect.poll(() => lobby.workspace.of('views.update')).toHaveLength(1)
  expect(JSON.stringify(viewOf(lobby.workspace.of('views.update')[0]).blocks)).toContain(
    JSON.stringify({ type: 'link', url: permalink, text: 'its message' }),
  )
})
