import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebClient } from '@slack/web-api'
import { createEmulator } from 'emulate'
import type { KnownBlock, ModalView } from '@slack/types'
import { faultOfBlocks, faultOfView } from './block-kit.ts'

/** A Slack of one test: the emulated Web API, with a line before it that notes calls and can be cut or answer itself. */
export interface Workspace {
  /** What SLACK_API_URL would be. */
  apiUrl: string
  botToken: string
  team: string
  people: Record<'asha' | 'dan' | 'mei' | 'guest', string>
  /** The id of #migrations, which the bot is in. */
  channel: string
  /** Calls in the order they came, with what was answered. */
  calls: Call[]
  of(method: string): Call[]
  /** Decides about each call before it goes on; null: nothing is wrong. */
  interfere: (call: Call) => Interference | null | Promise<Interference | null>
  /** More about people than the emulator knows, by id. */
  known: Map<string, Record<string, unknown>>
  /** Channels that the bot was removed from, by id: nothing of its own is taken there, as in Slack. */
  removedFrom: Set<string>
  /** User groups, by id. Empty: the method is unknown to this Slack. */
  groups: Map<string, string[]>
  /** A client of the workspace's own, past the line. */
  own: WebClient
  /** Messages of a channel and all its threads, oldest first. */
  messages(channel?: string): Promise<Message[]>
  trigger(person: string): Promise<string>
  close(): Promise<void>
}

export interface Call {
  method: string
  args: Record<string, string>
  at: number
  answer?: { ok?: boolean; error?: string; view?: ModalView & { id: string }; ts?: string; channel?: string }
}

export type Interference =
  | { status: number; headers?: Record<string, string>; json?: unknown }
  /** Something on the way to Slack answers, and it is not Slack. */
  | { status: number; page: string }
  /** The connection is cut before the call is taken. */
  | 'cut'
  /** The call is taken, and its answer is lost. */
  | 'lose'

export interface Message {
  ts: string
  text: string
  thread_ts?: string
  blocks?: KnownBlock[]
  metadata?: { event_type: string; event_payload: Record<string, string> }
  reply_broadcast?: boolean
  files?: { name: string; title: string }[]
  edited?: unknown
}

const botToken = 'xoxb-of-the-test'
const names = ['asha', 'dan', 'mei', 'guest'] as const

export async function openWorkspace(): Promise<Workspace> {
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        users: names.map((name) => ({ name })),
        channels: [{ name: 'migrations' }, { name: 'elsewhere' }],
        oauth_apps: [
          {
            client_id: '1.1',
            client_secret: 's',
            app_id: 'A0LOCKKEEPER',
            name: 'lockkeeper',
            redirect_uris: [],
            bot_id: 'B0LOCKKEEPER',
            bot_user_id: 'U0LOCKKEEPER',
          },
        ],
        tokens: [
          {
            token: botToken,
            type: 'bot',
            user_id: 'U0LOCKKEEPER',
            app_id: 'A0LOCKKEEPER',
            bot_id: 'B0LOCKKEEPER',
          },
        ],
      },
    },
  })
  const own = new WebClient(botToken, { slackApiUrl: `${emulator.url}/api/` })
  const { members = [] } = await own.users.list({})
  const people = Object.fromEntries(
    names.map((name) => [name, members.find((member) => member.name === name)?.id ?? '']),
  ) as Workspace['people']
  const { channels = [] } = await own.conversations.list({})
  const channel = channels.find((one) => one.name === 'migrations')?.id ?? ''
  await own.conversations.join({ channel })

  const calls: Call[] = []
  const known = new Map<string, Record<string, unknown>>()
  const groups = new Map<string, string[]>()
  const removedFrom = new Set<string>()

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request)
    const call: Call = {
      method: (request.url ?? '').replace(/^\/api\//, ''),
      args: Object.fromEntries(new URLSearchParams(body)),
      at: Date.now(),
    }
    calls.push(call)
    const send = (status: number, json: unknown, headers: Record<string, string> = {}): void => {
      call.answer = json as NonNullable<Call['answer']>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json))
    }
    const wrong = await workspace.interfere(call)
    if (wrong === 'cut') return void request.socket.destroy()
    if (wrong && wrong !== 'lose' && 'page' in wrong)
      return void response.writeHead(wrong.status, { 'content-type': 'text/html' }).end(wrong.page)
    if (wrong && wrong !== 'lose') return send(wrong.status, wrong.json ?? {}, wrong.headers)
    const refused = refusal(call, removedFrom)
    if (refused) return send(200, refused)
    if (call.method === 'blocks.validate') return send(200, { ok: true })
    const members = groups.get(call.args['usergroup'] ?? '')
    if (call.method === 'usergroups.users.list' && members) return send(200, { ok: true, users: members })
    const forwarded = await fetch(`${emulator.url}/api/${call.method}`, {
      method: 'POST',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': request.headers['content-type'] ?? 'application/x-www-form-urlencoded',
      },
      body,
    })
    const json = (await forwarded.json()) as Record<string, unknown>
    const more = known.get(call.args['user'] ?? call.args['channel'] ?? '')
    if (call.method === 'users.info' && more) Object.assign(json['user'] as object, more)
    if (call.method === 'conversations.info' && more) Object.assign(json['channel'] as object, more)
    const channels = call.method === 'conversations.list' ? json['channels'] : [json['channel']]
    if (call.method.startsWith('conversations.'))
      for (const one of (channels ?? []) as { id?: string; is_member?: boolean }[])
        if (one?.id && removedFrom.has(one.id)) one.is_member = false
    if (wrong === 'lose') return void request.socket.destroy()
    send(forwarded.status, json)
  }

  // The emulator may be gone by the time that a call is forwarded.
  const line = createServer(
    (request, response) => void serve(request, response).catch(() => response.destroy()),
  )
  await new Promise<void>((listening) => line.listen(0, '127.0.0.1', listening))

  const workspace: Workspace = {
    apiUrl: `http://127.0.0.1:${(line.address() as AddressInfo).port}/api/`,
    botToken,
    team: 'T000000001',
    people,
    channel,
    calls,
    of: (method) => calls.filter((call) => call.method === method),
    interfere: () => null,
    known,
    groups,
    removedFrom,
    own,
    async messages(of = channel) {
      const { messages = [] } = await own.conversations.history({ channel: of, limit: 1000 })
      return (messages as Message[]).toSorted((one, other) => (one.ts < other.ts ? -1 : 1))
    },
    async trigger(person) {
      const answer = await own.apiCall('views.generateTriggerId', { user_id: person })
      return (answer as unknown as { trigger_id: string }).trigger_id
    },
    async close() {
      line.closeAllConnections()
      await new Promise((closed) => line.close(closed))
      await emulator.close()
    },
  }
  return workspace
}

/** What Slack itself refuses and the emulator does not: null: nothing. */
function refusal({ method, args }: Call, removedFrom: ReadonlySet<string>): object | null {
  const no = (error: string, more: object = {}) => ({ ok: false, error, ...more })
  const channel = args['channel'] ?? args['channel_id'] ?? ''
  const isSaid = /^chat\.(postMessage|update|postEphemeral|delete)$|^files\.completeUploadExternal$/.test(
    method,
  )
  if (isSaid && removedFrom.has(channel)) return no('not_in_channel')
  // Slack knows conversations by their ids here.
  if (method === 'conversations.info' && channel.startsWith('#')) return no('channel_not_found')
  if (method === 'chat.update' && (args['text'] ?? '').length > 4_000) return no('msg_too_long')
  const blocks =
    method === 'blocks.validate'
      ? (JSON.parse(args['message'] ?? '{}') as { blocks?: unknown }).blocks
      : args['blocks'] && (JSON.parse(args['blocks']) as unknown)
  const fault = blocks ? faultOfBlocks(blocks) : args['view'] ? faultOfView(JSON.parse(args['view'])) : null
  if (!fault) return null
  const messages = fault.errors.map(({ message, pointer }) => `[ERROR] ${message} [json-pointer:${pointer}]`)
  return no(fault.error, { errors: fault.errors, response_metadata: { messages } })
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** A request as Slack signs it. */
export async function signedPost(
  url: string,
  body: string,
  {
    secret,
    at = Date.now(),
    contentType = 'application/x-www-form-urlencoded',
  }: { secret: string; at?: number; contentType?: string },
): Promise<Response> {
  const timestamp = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': contentType,
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${signature}`,
    },
    body,
  })
}

/** A server that nobody answers at: nothing listens on its port. */
export async function deadUrl(): Promise<string> {
  const probe = createServer()
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening))
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return `http://127.0.0.1:${port}/api/`
}
