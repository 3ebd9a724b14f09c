import { createHmac, randomUUID } from 'node:crypto'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import { freePort } from '../demo/stage/ports.ts'
import { untilAnswers } from '../demo/stage/until.ts'
import { connectStore } from '../src/store/connect.ts'
import { keepButton } from '../src/store/buttons.ts'
import { boot, bootReady, type Child } from './child.ts'
import type { Ground } from './ground.ts'
import { percentile, type Line } from './measure.ts'

const secret = 'signing-secret-of-the-bench'
/** Short rounds, so that whatever else the machine does meets all alike; the first ones warm up. */
const rounds = { warm: 5, measured: 25 }
/** Requests of one kind to one app in a round, and milliseconds between two of them: twenty people a second. */
const requests = 20
const every = 50

const kinds = ['slash command', 'button'] as const
type Kind = (typeof kinds)[number]

/**
 * From a signed request to its HTTP 200: the whole bot, which then answers `/migrate status` with modals and its store,
 * beside a Bolt app that only acknowledges.
 */
export async function acknowledgement(ground: Ground): Promise<Line[]> {
  const storeUrl = await ground.makeStore('bench_acknowledge')
  const store = connectStore(storeUrl, 2)
  const slack = await bootReady('slack-stand-in.ts')
  const apiUrl = `http://127.0.0.1:${slack.said as number}/api/`
  const bare = await bootReady('bare-app.ts', [secret, apiUrl])
  const bot = await bootBot(ground, storeUrl, apiUrl)
  const apps = { ours: bot.port, peer: bare.said as number }

  const measured = kinds.map((kind) => ({ kind, ours: [] as number[], peer: [] as number[] }))
  for (let round = 0; round < rounds.warm + rounds.measured; round++)
    for (const { kind, ...lists } of measured)
      for (const app of ['ours', 'peer'] as const) {
        const times = await aRound(apps[app], kind, store)
        if (round >= rounds.warm) lists[app].push(...times)
      }
  await Promise.all([bot, bare, slack].map(({ child }) => child.kill()))
  await store.end()
  return measured.flatMap(({ kind, ours, peer }) =>
    [50, 99].map((share) => {
      const [mine, other] = [percentile(ours, share / 100), percentile(peer, share / 100)]
      const ratio = mine / other
      return {
        what: `${kind} to HTTP 200, p${share}`,
        ours: `${mine.toFixed(1)} ms`,
        peer: `${other.toFixed(1)} ms: a Bolt app that only acknowledges`,
        ratio,
        asked: share === 99 ? { says: 'ratio ≤ 1.5', holds: ratio <= 1.5 } : null,
      }
    }),
  )
}

/** The bot itself, as it is started for Slack over HTTP. */
async function bootBot(
  ground: Ground,
  storeUrl: string,
  apiUrl: string,
): Promise<{ child: Child; port: number }> {
  const folder = path.join(ground.folder, 'bot')
  const port = (await freePort())!
  const child = boot('../src/bot.ts', [], {
    DATABASE_URL: storeUrl,
    LOCKKEEPER_FOLDER: folder,
    LOCKKEEPER_CONFIG: fileURLToPath(new URL('../demo/lockkeeper.yml', import.meta.url)),
    LOG_LEVEL: 'error',
    SLACK_BOT_TOKEN: 'xoxb-of-the-bench',
    SLACK_SIGNING_SECRET: secret,
    SLACK_API_URL: apiUrl,
    PORT: String(port),
  })
  await untilAnswers(`http://127.0.0.1:${port}/health`, 60_000, child.gone)
  return { child, port }
}

async function aRound(port: number, kind: Kind, store: pg.Pool): Promise<number[]> {
  const times: Promise<number>[] = []
  for (let i = 0; i < requests; i++) {
    const body = kind === 'button' ? await buttonBody(store) : commandBody()
    times.push(timed(port, body))
    await wait(every)
  }
  return Promise.all(times)
}

async function timed(port: number, body: string): Promise<number> {
  const at = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', secret).update(`v0:${at}:${body}`).digest('hex')
  const began = performance.now()
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': at,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  })
  const lasted = performance.now() - began
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`HTTP ${response.status}`)
  return lasted
}

const commandBody = (): string =>
  new URLSearchParams({
    command: '/migrate',
    text: 'status',
    user_id: 'U0ASHA0001',
    team_id: 'T1',
    channel_id: 'C1',
    channel_name: 'migrations',
    trigger_id: randomUUID(),
    response_url: 'http://127.0.0.1:1/never',
    api_app_id: 'A1',
  }).toString()

/** A button that does something: one of its own for each press, since a second one is taken for an impatient tap. */
async function buttonBody(store: pg.Pool): Promise<string> {
  const id = randomUUID()
  const value = await keepButton(store, { delivery: id, command: 'status', input: {} }, 1)
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ASHA0001', username: 'asha', team_id: 'T1' },
    team: { id: 'T1', domain: 'bench' },
    api_app_id: 'A1',
    trigger_id: id,
    container: { type: 'message', message_ts: '1.1', channel_id: 'C1' },
    channel: { id: 'C1', name: 'migrations' },
    message: { type: 'message', ts: '1.1', text: '' },
    actions: [{ type: 'button', action_id: 'press:0', block_id: 'b', value, action_ts: '1.1' }],
  }
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
}
