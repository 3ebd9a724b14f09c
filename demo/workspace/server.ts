import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Letter } from '../mail/letter.ts'
import { makeActs, type Acts, type Responded } from './acts.ts'
import { people } from './cast.ts'
import { perform, serveFile, snapshot, streamChanges, type Hint } from './page.ts'
import { makeBotLine } from './slack/bot-line.ts'
import { botToken, startEmulator } from './slack/emulator.ts'
import { makeWebApi, readBody, type WebApi } from './slack/web-api.ts'
import { makeState, putLetter, type WorkspaceState } from './state.ts'

/** A Slack workspace in the browser, with its Web API for the bot. */
export interface Workspace {
  pageUrl: string
  /** For the bot: `SLACK_API_URL`. */
  apiUrl: string
  botToken: string
  state: WorkspaceState
  acts: Acts
  /** Shows a letter that somebody outside of Slack got. */
  showLetter(letter: Letter): void
  /** Shows how the world beside Slack is doing. */
  showWorld(world: unknown): void
  close(): Promise<void>
}

export interface WorkspaceOptions {
  port: number
  /** Where the bot listens, e.g. `http://127.0.0.1:3000/slack/events`. */
  botUrl: string
  signingSecret: string
  /** What can follow the slash command. */
  commands?: readonly Hint[]
  /** What the page suggests to do, in order. */
  guide?: unknown
  /** What the page can do to the world beside Slack, by name. */
  worldActs?: Record<string, () => Promise<void>>
}

export async function startWorkspace(options: WorkspaceOptions): Promise<Workspace> {
  const emulator = await startEmulator()
  const state = makeState()
  const server = createServer()
  await new Promise<void>((listening, failed) =>
    server.once('error', failed).listen(options.port, '127.0.0.1', listening),
  )
  const pageUrl = `http://localhost:${(server.address() as { port: number }).port}`
  const bot = makeBotLine({ url: options.botUrl, signingSecret: options.signingSecret, emulator })
  const api = makeWebApi({ state, emulator, bot, pageUrl })
  const acts = makeActs({ state, bot, api, pageUrl })
  let world: unknown = null
  // Everybody's conversation with the bot is there from the start, so that it has its place before its first word.
  for (const person of people) await api.call(botToken, 'conversations.open', { users: person.id })

  const house = {
    state,
    api,
    acts,
    emulatorUrl: emulator.url,
    options,
    snapshot: () =>
      snapshot(state, { world, guide: options.guide ?? null, commands: options.commands ?? [] }),
  }
  server.on('request', (request, response) => {
    route(house, request, response).catch((error: Error) => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' })
      response.end(error.message)
    })
  })
  return {
    pageUrl,
    apiUrl: `${pageUrl.replace('localhost', '127.0.0.1')}/api/`,
    botToken,
    state,
    acts,
    showLetter: (letter) => putLetter(state, letter),
    showWorld(now) {
      world = now
      state.changes.emit('change', { is: 'world', world })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await emulator.close()
    },
  }
}

interface House {
  state: WorkspaceState
  api: WebApi
  acts: Acts
  emulatorUrl: string
  options: WorkspaceOptions
  snapshot: () => ReturnType<typeof snapshot>
}

async function route(house: House, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const [, first = '', second = '', third = ''] = pathname.split('/')
  const json = (status: number, body: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  }
  if (request.method === 'POST' && first === 'api') return json(200, await house.api.handle(second, request))
  if (request.method === 'POST' && first === 'response')
    return json(house.acts.respond(second, JSON.parse(await readBody(request)) as Responded) ? 200 : 404, {
      ok: true,
    })
  if (request.method === 'POST' && first === 'workspace' && second === 'world') {
    await house.options.worldActs?.[third]?.()
    return json(200, { ok: true })
  }
  if (request.method === 'POST' && first === 'workspace')
    return json((await perform(house.acts, second, request)) ? 200 : 404, {})
  if (first === 'workspace' && second === 'changes')
    return streamChanges(house.state, house.snapshot, request, response)
  if (first === 'files-pri') {
    const file = await fetch(`${house.emulatorUrl}/files-pri/${second}/${third}`, {
      headers: { authorization: `Bearer ${botToken}` },
    })
    response.writeHead(file.status, { 'content-type': 'text/plain; charset=utf-8' })
    response.end(await file.text())
    return
  }
  await serveFile(pathname, response)
}
