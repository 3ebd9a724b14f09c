import { setTimeout as wait } from 'node:timers/promises'
import { App, SocketModeReceiver, type BlockAction, type Receiver } from '@slack/bolt'
import { pino } from 'pino'
import { slackLogger } from '../src/slack/clients.ts'
import { SocketReceiver } from '../src/slack/socket.ts'
import { openSocketServer, type SocketServer } from '../test/slack/socket-server.ts'
import type { Line } from './measure.ts'

/** The peer is deaf for seconds with each one. */
const recycles = { ours: 100, peer: 3 }
/** Milliseconds between two recycles, and between two clicks. */
const recycleEvery = 200
const clickEvery = 20

const log = pino({ level: 'silent' })
const options = (server: SocketServer) => ({
  appToken: 'xapp-of-the-bench',
  logger: slackLogger(log),
  clientOptions: { slackApiUrl: server.apiUrl },
})

interface Measured {
  /** Milliseconds of the longest time without a connection that Slack routes to. */
  deaf: number
  clicks: number
  lost: number
}

/**
 * Slack recycles one connection after another, and leaves its TCP connection open without a word; people click all the
 * time. The peer is Bolt's own receiver.
 */
export async function socketMode(): Promise<Line[]> {
  const ours = await measure(recycles.ours, (server) => new SocketReceiver({ client: options(server), log }))
  const peer = await measure(recycles.peer, (server) => {
    const { clientOptions, ...rest } = options(server)
    return new SocketModeReceiver({ ...rest, installerOptions: { clientOptions } })
  })
  const lost = (of: Measured): string => `${of.lost} of ${of.clicks}`
  return [
    {
      what: `Socket Mode, longest time without a connection over ${recycles.ours} recycles`,
      ours: `${(ours.deaf / 1000).toFixed(1)} s`,
      peer: `${(peer.deaf / 1000).toFixed(1)} s: Bolt's receiver, over ${recycles.peer}`,
      ratio: ours.deaf / peer.deaf,
      asked: { says: '0 s', holds: ours.deaf === 0 },
    },
    {
      what: 'Socket Mode, clicks that reached nobody meanwhile',
      ours: lost(ours),
      peer: lost(peer),
      ratio: ours.lost / ours.clicks / (peer.lost / peer.clicks),
      asked: { says: 'none', holds: ours.lost === 0 },
    },
  ]
}

async function measure(times: number, makeReceiver: (server: SocketServer) => Receiver): Promise<Measured> {
  const server = await openSocketServer()
  const receiver = makeReceiver(server)
  const app = new App({
    receiver,
    logger: slackLogger(log),
    authorize: async () => ({ botToken: 'xoxb-of-the-bench', botId: 'B1', botUserId: 'U1' }),
  })
  const served = new Set<unknown>()
  app.action<BlockAction>(/.*/, async ({ ack, body }) => {
    served.add(body.trigger_id)
    await ack()
  })
  await receiver.start()
  await wait(500)
  const over = new AbortController()
  const clicking = click(server, over.signal)
  for (let recycle = 0; recycle < times; recycle++) {
    while (server.routed.length === 0) await wait(5)
    const oldest = server.routed[0]!
    server.announceEnd(oldest, recycle % 2 ? 'warning' : 'refresh_requested')
    server.fallSilent(oldest)
    await wait(recycleEvery)
  }
  while (server.routed.length === 0) await wait(5)
  over.abort()
  const clicks = await clicking
  const lost = clicks.filter((trigger) => !served.has(trigger)).length
  const deaf = server.longestDeafness()
  await Promise.race([receiver.stop(), wait(5_000)])
  await server.close()
  return { deaf, clicks: clicks.length, lost }
}

/** Clicks until `signal` aborts, and returns the triggers of all clicks when Slack has given up on the last one. */
async function click(server: SocketServer, signal: AbortSignal): Promise<string[]> {
  const triggers: string[] = []
  const delivered: Promise<unknown>[] = []
  while (!signal.aborted) {
    const trigger = `click-${triggers.length}`
    triggers.push(trigger)
    const payload = {
      type: 'block_actions',
      user: { id: 'U2', username: 'asha', team_id: 'T1' },
      team: { id: 'T1', domain: 'bench' },
      trigger_id: trigger,
      container: { type: 'message', message_ts: '1.1', channel_id: 'C1' },
      channel: { id: 'C1', name: 'migrations' },
      actions: [{ type: 'button', action_id: 'press:0', block_id: 'b', value: 'n', action_ts: '1.1' }],
    }
    delivered.push(server.deliver(payload, 'interactive').catch(() => null))
    await wait(clickEvery)
  }
  await Promise.all(delivered)
  return triggers
}
