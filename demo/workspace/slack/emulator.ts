import { createServer } from 'node:net'
import { createEmulator } from 'emulate'
import { bot, channels, people, team } from '../cast.ts'
import { makeTranslation, type Translation } from './translation.ts'

/** Slack's Web API as `emulate` keeps it, spoken to with our ids. */
export interface SlackEmulator {
  url: string
  call(method: string, body: string, headers: { authorization: string; contentType: string }): Promise<Answer>
  /** The same with plain values, as the bot or as a person. */
  callAs(token: string, method: string, values: Record<string, string>): Promise<Answer>
  translation: Translation
  close(): Promise<void>
}

/** Arguments of a Web API call. What is JSON in a form is JSON here too: `blocks`, `view`, `metadata`. */
export type Arguments = Record<string, string>

export type Answer = { ok: boolean; error?: string; [key: string]: unknown }

export const botToken = 'xoxb-demo-lockkeeper'
export const personToken = (person: string): string => `xoxp-demo-${person}`

export async function startEmulator(): Promise<SlackEmulator> {
  const port = await freePort()
  const emulator = await createEmulator({
    service: 'slack',
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: {
      slack: {
        team: { name: team.name, domain: team.domain },
        users: people.map(({ name, realName, email, title }) => ({
          name,
          real_name: realName,
          email,
          profile: { title },
        })),
        oauth_apps: [
          {
            client_id: '1.1',
            client_secret: 'demo',
            app_id: bot.appId,
            name: bot.realName,
            redirect_uris: [],
            scopes: ['chat:write'],
            bot_id: bot.botId,
            bot_user_id: bot.id,
            bot_name: bot.name,
          },
        ],
        tokens: [
          {
            token: botToken,
            user_id: bot.id,
            app_id: bot.appId,
            bot_id: bot.botId,
            bot_user_id: bot.id,
            type: 'bot',
          },
          ...people.map((person) => ({ token: personToken(person.id), user: person.name })),
        ],
      },
    },
  })
  const raw = async (
    method: string,
    body: string,
    authorization: string,
    contentType: string,
  ): Promise<string> => {
    const response = await fetch(`${emulator.url}/api/${method}`, {
      method: 'POST',
      body,
      headers: { authorization, 'content-type': contentType },
    })
    return response.status === 404 ? '{"ok":false,"error":"unknown_method"}' : response.text()
  }
  const form = (values: Record<string, string>) =>
    [
      new URLSearchParams(values).toString(),
      `Bearer ${botToken}`,
      'application/x-www-form-urlencoded',
    ] as const
  // Made now, not seeded: the creator of a channel is its member, and then invites the others.
  const made: { id: string; name: string }[] = []
  const listed = JSON.parse(await raw('users.list', ...form({}))) as {
    members: { id: string; name: string }[]
  }
  const existing = JSON.parse(await raw('conversations.list', ...form({}))) as {
    channels: { id: string; name: string }[]
  }
  for (const { name } of channels) {
    const there = existing.channels.find((channel) => channel.name === name)
    if (there) {
      await raw('conversations.join', ...form({ channel: there.id }))
      made.push(there)
    } else {
      const created = JSON.parse(await raw('conversations.create', ...form({ name }))) as {
        channel: { id: string; name: string }
      }
      made.push(created.channel)
    }
    const users = people
      .map((person) => listed.members.find((member) => member.name === person.name)?.id)
      .join(',')
    await raw('conversations.invite', ...form({ channel: made.at(-1)!.id, users }))
  }
  const translation = makeTranslation({ users: listed.members, channels: made })
  const call: SlackEmulator['call'] = async (method, body, { authorization, contentType }) =>
    JSON.parse(
      translation.fromEmulator(await raw(method, translation.toEmulator(body), authorization, contentType)),
    ) as Answer
  return {
    url: emulator.url,
    translation,
    call,
    callAs: (token, method, values) =>
      call(method, new URLSearchParams(values).toString(), {
        authorization: `Bearer ${token}`,
        contentType: 'application/x-www-form-urlencoded',
      }),
    close: () => emulator.close(),
  }
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening))
  const { port } = probe.address() as { port: number }
  await new Promise((closed) => probe.close(closed))
  return port
}
