import pino from 'pino'
import type { Pace } from '../../src/deliveries/pace.ts'
import { pump } from '../../src/deliveries/pump.ts'
import { makeRender, type Render } from '../../src/deliveries/render.ts'
import type { Channel, Shows } from '../../src/domain/delivery.ts'
import type { View } from '../../src/domain/view.ts'
import { makeSlack } from '../../src/slack/app.ts'
import { expect } from 'vitest'
import type { Message, Workspace } from '../slack/workspace.ts'
import { openHistory, type History, type Row } from './history.ts'

/** Fast enough for a test, and otherwise as it is. */
export const fast: Partial<Pace> = {
  postEvery: 0,
  refreshEvery: 0,
  heartbeat: 3_600_000,
  updatesPerMinute: 1_000_000,
  idle: 20,
  doubt: 0,
  away: { first: 20, most: 100 },
  mend: { first: 20, most: 100 },
}

export interface Pumping {
  lines: Record<string, unknown>[]
  stop(): Promise<void>
}

/** A history whose messages are pumped into a channel of their own, in a workspace that several tests share. */
export interface Works {
  history: History
  /** Said in every message from now on. */
  said: string
  channel: string
  /** Slack as a pump has it, for what is done beside the pump. */
  channelOf(): Channel
  start(given?: { pace?: Partial<Pace>; render?: Render }): Pumping
  draw: Render
  /** As the bot draws it. */
  drawReally: Render
  messages(): Promise<Message[]>
  thread(key: string): Promise<Message[]>
  row(key: string): Promise<Row | undefined>
  states: () => Promise<Record<string, string>>
  /** Until every event has its deliveries, and every delivery is made and shows the latest. */
  settled(): Promise<void>
  /** Texts of posts, in their order. */
  posts(): string[]
  edits: () => Workspace['calls']
  close(): Promise<void>
}

export async function openWorks(workspace: Workspace): Promise<Works> {
  const made = await workspace.own.conversations.create({
    name: `m-${Math.random().toString(36).slice(2, 10)}`,
  })
  const channel = made.channel?.id ?? ''
  const history = await openHistory(channel, workspace.people.asha)
  workspace.calls.length = 0
  workspace.interfere = () => null
  workspace.known.clear()
  workspace.removedFrom.clear()
  const pumping: Pumping[] = []
  const config = {
    botToken: workspace.botToken,
    mode: { http: { signingSecret: '-', port: 0 } },
    apiUrl: workspace.apiUrl,
  }

  const works: Works = {
    history,
    said: 'as it is',
    channel,
    draw: async (shows) => words(shows, works.said),
    drawReally: makeRender({ pool: history.pool, peopleOf: async () => [] }),
    channelOf: () =>
      makeSlack({ config, roles: {}, store: history.pool, log: pino({ level: 'silent' }) }).channel,
    start({ pace, render = works.draw } = {}) {
      const lines: Record<string, unknown>[] = []
      const log = pino(
        { level: 'info' },
        { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
      )
      const slack = makeSlack({ config, roles: {}, store: history.pool, log })
      const stopping = new AbortController()
      const ended = pump({
        pool: history.pool,
        channel: slack.channel,
        render,
        log,
        signal: stopping.signal,
        pace: { ...fast, ...pace },
      })
      const one = {
        lines,
        async stop() {
          stopping.abort()
          await ended
        },
      }
      pumping.push(one)
      return one
    },
    messages: () => workspace.messages(channel),
    async thread(key) {
      const ts = (await works.row(key))?.sent_as?.ts ?? ''
      return (await workspace.own.conversations.replies({ channel, ts })).messages as Message[]
    },
    row: async (key) => (await history.rows()).find((one) => one.key === key),
    states: async () => Object.fromEntries((await history.rows()).map((one) => [one.key, one.state])),
    async settled() {
      await expect
        .poll(async () => {
          const { rows } = await history.pool.query('select seq from lockkeeper.event where not delivered')
          const waiting = (await history.rows()).filter(
            (one) => (one.state !== 'sent' || one.wanted > one.shown) && one.error !== 'nothing_to_show',
          )
          return [...rows, ...waiting]
        })
        .toEqual([])
    },
    posts: () => workspace.of('chat.postMessage').map((call) => call.args['text'] ?? ''),
    edits: () => workspace.of('chat.update'),
    async close() {
      workspace.interfere = () => null
      await Promise.all(pumping.map((one) => one.stop()))
      await history.close()
    },
  }
  return works
}

const words = (shows: Shows, said: string): View => ({
  state: [`${JSON.stringify(shows)} ${said}`],
  parts: [],
  actions: [],
  ...(('planDetails' in shows || 'card' in shows) && {
    files: [{ name: 'up.sql', title: 'Up', content: 'select 1' }],
  }),
})
