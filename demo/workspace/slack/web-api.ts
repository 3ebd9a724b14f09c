import type { IncomingMessage } from 'node:http'
import type { WorkspaceState } from '../state.ts'
import { channels } from '../cast.ts'
import { botToken, type Answer, type Arguments, type SlackEmulator } from './emulator.ts'
import { localMethods } from './local-methods.ts'
import { checkLimits } from './limits.ts'
import { mirror } from './mirror.ts'
import type { BotLine } from './bot-line.ts'

export interface WebApi {
  /** A request by the bot, as it came over HTTP. */
  handle(method: string, request: IncomingMessage): Promise<Answer>
  call(token: string, method: string, values: Arguments): Promise<Answer>
}

/** Slack's Web API: what `emulate` lacks is answered here, the rest passes through, and all of it is mirrored. */
export function makeWebApi(given: {
  state: WorkspaceState
  emulator: SlackEmulator
  bot: BotLine
  pageUrl: string
}): WebApi {
  const { state, emulator, bot, pageUrl } = given
  const local = localMethods({ state, pageUrl })
  const answer = async (method: string, values: Arguments, token: string): Promise<Answer> => {
    const refused = checkLimits(method, values)
    if (refused) return { ok: false, error: refused.error, response_metadata: { messages: refused.messages } }
    const here = local[method]
    if (here) return here(values)
    const passed = named(values)
    const given = await emulator.callAs(token, method, passed)
    const complete = method === 'users.info' || method === 'users.list' ? withStanding(given) : given
    if (complete.ok) mirror({ state, bot, byBot: token === botToken }, method, passed, complete)
    return complete
  }
  return {
    call: (token, method, values) => answer(method, values, token),
    async handle(method, request) {
      const body = await readBody(request)
      const type = request.headers['content-type'] ?? ''
      const values = type.includes('json') ? fromJson(body) : Object.fromEntries(new URLSearchParams(body))
      const token = request.headers.authorization?.replace(/^Bearer /, '') ?? values['token'] ?? ''
      return answer(method, values, token)
    },
  }
}

/** `#name` for a channel's id: Slack takes both. */
function named(values: Arguments): Arguments {
  const channel = channels.find((one) => `#${one.name}` === values['channel'])
  return channel ? { ...values, channel: channel.id } : values
}

/** What Slack tells of a member's standing; `emulate` leaves it out. */
function withStanding(answer: Answer): Answer {
  const standing = {
    is_restricted: false,
    is_ultra_restricted: false,
    is_stranger: false,
    is_app_user: false,
    tz: 'Indian/Mauritius',
    tz_offset: 14_400,
  }
  const complete = (user: unknown) => ({ ...standing, ...(user as object) })
  return {
    ...answer,
    ...(answer['user'] ? { user: complete(answer['user']) } : {}),
    ...(Array.isArray(answer['members']) ? { members: answer['members'].map(complete) } : {}),
  }
}

export async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  request.setEncoding('utf8')
  for await (const chunk of request) body += chunk
  return body
}

function fromJson(body: string): Arguments {
  const values = JSON.parse(body || '{}') as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
