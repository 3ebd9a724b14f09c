import type pg from 'pg'
import pino from 'pino'
import type { KnownBlock } from '@slack/types'
import type { Config } from '../../src/config.ts'
import type { Desk, FormValues, Reply } from '../../src/domain/desk.ts'
import type { Json } from '../../src/domain/json.ts'
import { makeSlack, type Slack } from '../../src/slack/app.ts'
import { openStage } from './stage.ts'
import { signedPost, type Workspace } from './workspace.ts'

/** What the desk was asked, in order. */
export type Asked =
  | { typed: readonly string[]; by: string }
  | { pressed: string; input: Json; by: string }
  | { submitted: string; input: Json; values: FormValues; by: string }

/** A bot of one test: real Bolt over HTTP, a real store, a workspace, and a desk that the test answers at. */
export interface Lobby {
  slack: Slack
  workspace: Workspace
  store: pg.Pool
  url: string
  asked: Asked[]
  /** What the desk says next, whoever asks. */
  answer: (asked: Asked) => Reply | Promise<Reply>
  /** Commands that open forms. */
  forms: Set<string>
  lines: Record<string, unknown>[]
  type(text: string, given?: Partial<{ as: string; channel: string; trigger: string }>): Promise<Response>
  press(
    nonce: string,
    given?: Partial<{ as: string; channel: string; trigger: string; view: string; thread: string }>,
  ): Promise<Response>
  submit(
    view: SentView,
    values: Record<string, Typed>,
    given?: Partial<{ as: string; trigger: string }>,
  ): Promise<Response>
  /** Any body, signed. */
  post(body: string, given?: { secret?: string; at?: number; contentType?: string }): Promise<Response>
  /** As new: nothing is under way, asked or wrong. */
  reset(): Promise<void>
  /** Shuts the bot down; `close` does it too. */
  stop(): Promise<void>
  close(): Promise<void>
}

export type Typed = {
  type: string
  value?: string
  selected_option?: { value: string }
  selected_options?: { value: string }[]
}
export interface SentView {
  id: string
  title: { type: 'plain_text'; text: string }
  private_metadata?: string
  blocks: KnownBlock[]
}

const secret = 'signing-secret-of-the-test'

export async function openLobby(roles: Config['roles'] = {}): Promise<Lobby> {
  const { workspace, store, close } = await openStage()
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const config = {
    botToken: workspace.botToken,
    mode: { http: { signingSecret: secret, port: 0 } },
    apiUrl: workspace.apiUrl,
  }
  const slack = makeSlack({ config, roles, store, log })
  const asked: Asked[] = []
  const note = async (one: Asked): Promise<Reply> => {
    asked.push(one)
    return lobby.answer(one)
  }
  const desk: Desk = {
    opensForm: (command) => lobby.forms.has(command),
    typed: ({ person }, words) => note({ typed: words, by: person }),
    pressed: ({ person }, command, input) => note({ pressed: command, input, by: person }),
    submitted: ({ person }, command, input, values) =>
      note({ submitted: command, input, values, by: person }),
  }
  const listening = await slack.listen(desk)
  if (!listening.ok) throw new Error(JSON.stringify(listening.problem))
  const url = `http://127.0.0.1:${listening.value.port}`
  const post: Lobby['post'] = (body, given = {}) =>
    signedPost(`${url}/slack/events`, body, { secret, ...given })
  const payload = (value: unknown) => post(new URLSearchParams({ payload: JSON.stringify(value) }).toString())
  const asha = workspace.people.asha

  let stopped: Promise<void> | undefined
  const lobby: Lobby = {
    slack,
    workspace,
    store,
    url,
    asked,
    answer: () => ({ view: { state: ['All is well.'], parts: [], actions: [] } }),
    forms: new Set(),
    lines,
    post,
    async type(text, { as = asha, channel = workspace.channel, trigger } = {}) {
      const body = {
        command: '/migrate',
        text,
        user_id: as,
        team_id: workspace.team,
        channel_id: channel,
        channel_name: 'migrations',
        trigger_id: trigger ?? (await workspace.trigger(as)),
        response_url: 'http://127.0.0.1:1/never',
        api_app_id: 'A0LOCKKEEPER',
      }
      return post(new URLSearchParams(body).toString())
    },
    async press(nonce, { as = asha, channel = workspace.channel, trigger, view, thread } = {}) {
      return payload({
        type: 'block_actions',
        user: { id: as, username: 'somebody', team_id: workspace.team },
        team: { id: workspace.team, domain: 'emulate' },
        api_app_id: 'A0LOCKKEEPER',
        trigger_id: trigger ?? (await workspace.trigger(as)),
        ...(view
          ? { container: { type: 'view', view_id: view }, view: { id: view } }
          : {
              container: { type: 'message', message_ts: '1.1', channel_id: channel },
              channel: { id: channel, name: 'migrations' },
              message: { type: 'message', ts: '1.1', text: '', ...(thread && { thread_ts: thread }) },
            }),
        actions: [{ type: 'button', action_id: 'press:0', block_id: 'b', value: nonce, action_ts: '1.1' }],
      })
    },
    async submit(view, values, { as = asha, trigger } = {}) {
      return payload({
        type: 'view_submission',
        user: { id: as, username: 'somebody', team_id: workspace.team },
        team: { id: workspace.team, domain: 'emulate' },
        api_app_id: 'A0LOCKKEEPER',
        trigger_id: trigger ?? (await workspace.trigger(as)),
        view: {
          type: 'modal',
          callback_id: 'form',
          ...view,
          state: {
            values: Object.fromEntries(Object.entries(values).map(([block, value]) => [block, { value }])),
          },
        },
      })
    },
    async reset() {
      workspace.interfere = () => null
      await listening.value.settled()
      asked.length = 0
      workspace.calls.length = 0
      workspace.known.clear()
      lobby.forms.clear()
    },
    stop: () => (stopped ??= listening.value.stop()),
    async close() {
      await lobby.stop()
      await close()
    },
  }
  return lobby
}

/** A view that was sent to Slack, by the call that sent it. */
export function viewOf(call: { args: Record<string, string>; answer?: unknown } | undefined): SentView {
  const view = JSON.parse(call?.args['view'] ?? '{}') as SentView
  const opened = (call?.answer as { view?: { id?: string } } | undefined)?.view?.id
  const id = call?.args['view_id'] ?? opened ?? ''
  return { ...view, id }
}
