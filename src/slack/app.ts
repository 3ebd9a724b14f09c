import { App } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import type pg from 'pg'
import { groupsOf } from '../access/roles.ts'
import type { Config, SlackConfig } from '../config.ts'
import type { Channel } from '../domain/delivery.ts'
import type { Desk } from '../domain/desk.ts'
import type { Directory } from '../domain/person.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Log } from '../log.ts'
import { recordName } from '../store/people.ts'
import { listenToActions } from './actions.ts'
import { listenToArrivals, listenToInvitations } from './arrivals.ts'
import { checkBlocksOf } from './check-blocks.ts'
import { makeChannel } from './channel.ts'
import { deliveryClient, promptOptions, server, slackLogger } from './clients.ts'
import { listenToCommands } from './commands.ts'
import { makeConversations } from './conversations.ts'
import { makeDirectory } from './directory.ts'
import { faultOf, type Fault } from './faults.ts'
import { HttpReceiver, type Route } from './http.ts'
import { makeFeatures } from './features.ts'
import type { Front } from './front.ts'
import { listenToModals } from './modals.ts'
import { makeNames } from './names.ts'
import { SocketReceiver } from './socket.ts'
import { ConnectionRefused } from './socket-connection.ts'
import { takeRoutes } from './take-page.ts'
import { makeTrack } from './track.ts'

export interface SlackOptions {
  config: SlackConfig
  roles: Config['roles']
  store: pg.Pool
  log: Log
  /** Whether we do what we are for: GET /health says so. Over HTTP only. */
  isHealthy?: () => Promise<boolean>
}

/** Slack, as the rest of the bot knows it. Nothing is asked of it before somebody needs something. */
export interface Slack {
  channel: Channel
  directory: Directory
  /** How a person is called, for whoever is not in Slack; null: nobody tells. */
  nameOf: (person: string) => Promise<string | null>
  /** Asks Slack whether it takes messages as this release builds them; what it does not take is logged. */
  checkBlocks: () => Promise<void>
  /**
   * Takes requests from now on. `pages`: serves people who come by a link, over HTTP only. `slack-refused`: the token is
   * not taken; `slack-away`: nobody answers; `port-refused`: it cannot listen.
   */
  listen(desk: Desk, pages?: Desk): Promise<Result<Listening>>
}

export interface Listening {
  /** Of HTTP; null in Socket Mode. */
  port: number | null
  /** When all that was taken by now is served. */
  settled: () => Promise<void>
  /** Takes nothing more, and returns when all that was taken is served. */
  stop(): Promise<void>
}

export function makeSlack({ config, roles, store, log, isHealthy = async () => true }: SlackOptions): Slack {
  const prompt = new WebClient(config.botToken, promptOptions(config, log))
  const features = makeFeatures(log)
  const groups = (role: string) => roles[role]?.groups ?? []
  const sender = deliveryClient(config, log)
  const conversations = makeConversations({ client: prompt, lister: sender, log })
  const directory = makeDirectory({
    client: prompt,
    conversations,
    groups: groupsOf({ roles }),
    features,
    log,
    onName: keepNames(store, log),
  })
  const channel = makeChannel({
    client: sender,
    store,
    conversations,
    people: directory,
    groups,
    features,
    log,
  })
  const nameOf = makeNames(prompt, log)
  const listen = async (desk: Desk, pages?: Desk): Promise<Result<Listening>> => {
    const { track, settled } = makeTrack()
    const routes = pages ? takeRoutes({ store, desk: pages, nameOf, log }) : []
    const receiver = makeReceiver(config, log, isHealthy, routes)
    const app = new App({
      receiver,
      token: config.botToken,
      clientOptions: promptOptions(config, log),
      logger: slackLogger(log),
      deferInitialization: true,
      convoStore: false,
      ignoreSelf: false,
    })
    app.error(async (error) => log.error({ err: error }, 'Slack sent what could not be served'))
    const front: Front = { desk, store, client: app.client, channel, directory, conversations, groups, log }
    listenToCommands(app, front, track)
    listenToActions(app, front, track)
    listenToModals(app, front, track)
    listenToArrivals(app, front)
    listenToInvitations(app, front)
    try {
      await app.init()
      const { port, stop } = await start(receiver)
      return ok({
        port,
        settled,
        async stop() {
          await stop()
          await settled()
        },
      })
    } catch (error) {
      if ('http' in config.mode && isOfListening(error))
        return failure({ code: 'port-refused', port: config.mode.http.port, errno: error.code ?? '' })
      const fault = error instanceof ConnectionRefused ? faultOfConnection(error) : faultOf(error)
      return fault.is === 'locked-out' || fault.is === 'refused'
        ? failure({ code: 'slack-refused', error: fault.error })
        : failure({ code: 'slack-away', errno: fault.error, since: new Date().toISOString() })
    }
  }
  const checkBlocks = () => checkBlocksOf(sender, groups, log)
  return { channel, directory, nameOf, checkBlocks, listen }
}

/** Keeps how people are called, for terminals; what is kept already is not written again. */
function keepNames(store: pg.Pool, log: Log): (person: string, name: string) => void {
  const kept = new Map<string, string>()
  return (person, name) => {
    if (kept.get(person) === name) return
    kept.set(person, name)
    recordName(store, person, name).catch((error: unknown) => {
      kept.delete(person)
      log.debug({ person, err: error }, 'a name could not be kept')
    })
  }
}

/** A Socket Mode that is off is for people to mend; everything else goes away. */
const faultOfConnection = ({ reason }: ConnectionRefused): Fault => ({
  is: reason === 'link_disabled' ? 'refused' : 'away',
  error: reason,
})

const isOfListening = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'syscall' in error && error.syscall === 'listen'

function makeReceiver(
  config: SlackConfig,
  log: Log,
  isHealthy: () => Promise<boolean>,
  routes: readonly Route[],
): HttpReceiver | SocketReceiver {
  if ('socket' in config.mode)
    return new SocketReceiver({
      client: {
        appToken: config.mode.socket.appToken,
        logger: slackLogger(log),
        // The receiver connects again by its own rule; the client's retries would go on for half an hour.
        clientOptions: {
          ...server(config, log),
          rejectRateLimitedCalls: true,
          retryConfig: { retries: 0 },
          timeout: 10_000,
        },
      },
      log,
    })
  const health = async (): Promise<number> => ((await isHealthy().catch(() => false)) ? 200 : 503)
  const { signingSecret, port, host = '127.0.0.1' } = config.mode.http
  const probe: Route = {
    path: '/health',
    method: 'GET',
    handle: (_request, response) =>
      void health().then((status) => response.writeHead(status).end(status === 200 ? 'ok' : 'not well')),
  }
  return new HttpReceiver({ signingSecret, host, port, routes: [...routes, probe], log })
}

async function start(
  receiver: HttpReceiver | SocketReceiver,
): Promise<{ port: number | null; stop: () => Promise<void> }> {
  const stop = (): Promise<void> => receiver.stop()
  if (receiver instanceof SocketReceiver) {
    await receiver.start()
    return { port: null, stop }
  }
  return { port: await receiver.start(), stop }
}
