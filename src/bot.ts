import { mkdir } from 'node:fs/promises'
import type pg from 'pg'
import { makeDesk } from '../commands/desk.ts'
import { aroundOf } from '../commands/reached.ts'
import { startScheduled, whyNotNow } from '../commands/readiness.ts'
import { rulesOf, withRules } from './access/recorded.ts'
import { listedToo } from './access/listed.ts'
import { peopleOf, surroundingsOf } from './access/roles.ts'
import { readIdentity } from './adapters/postgres/identity.ts'
import { loadConfig, secretsOfConfig, type Config } from './config.ts'
import { sendLetters } from './deliveries/letters.ts'
import { sendPages } from './deliveries/pages.ts'
import { pump } from './deliveries/pump.ts'
import { makeRender } from './deliveries/render.ts'
import type { Identity } from './domain/identity.ts'
import type { Problem } from './domain/problem.ts'
import { accountHere } from './cli/account.ts'
import { mappedPeople, nobodyTells } from './cli/people.ts'
import { makeLog } from './log.ts'
import { makeMailer } from './mail/mailer.ts'
import { startClock } from './notices/clock.ts'
import { makeRunbookRecorder } from './notices/runbooks.ts'
import { audiencesReached } from './plan/findings-audiences.ts'
import { openRunbooks } from './runbook/load.ts'
import { makeSecrets } from './runbook/secrets.ts'
import { startWorker } from './runs/worker.ts'
import { runsFolder } from './runs/folders.ts'
import { makeSlack, type Listening, type Slack } from './slack/app.ts'
import { kinds } from './steps/kinds.ts'
import { lookAt } from './steps/looks.ts'
import { recordRules } from './store/access-rules.ts'
import { connectStore } from './store/connect.ts'
import type { Way } from './store/deliveries.ts'
import { nameOfStore, openStore } from './store/open.ts'
import { logLevelOf } from './log-level.ts'
import { isAnyAlive } from './store/locks.ts'
import { exitCodes } from './supervisor.ts'
import { textOfFault } from './yaml/fault.ts'
import { plainText } from './views/words/plain.ts'
import { problemView } from './views/problem/problem.ts'
import { calledBy } from './views/words/typed.ts'

/** Milliseconds between two tries to be the one that sends messages, and to reach a Slack that does not answer. */
const tryEvery = 1_000

/** A problem on standard error and in the log. */
const worded = (problem: Problem): string => plainText(calledBy(problemView(problem), config.command))

const refuse = (why: string): never => {
  process.stderr.write(`${why}\n`)
  process.exit(exitCodes.configuration)
}

const loaded = await loadConfig(process.env, process.cwd())
let config: Config = loaded.ok ? loaded.value : refuse(loaded.faults.map(textOfFault).join('\n'))

const secrets = makeSecrets(secretsOfConfig(config), process.env)
const runbooks = openRunbooks(config.runbooks, surroundingsOf(config), secrets)
const { runbooks: usable, broken } = await runbooks.all()
const log = makeLog({ level: logLevelOf(process.env), redact: secrets.redact })
process.on('uncaughtException', (error) => {
  log.fatal({ err: error }, 'what nobody expected: leaving at once')
  process.exit(exitCodes.unexpected)
})
for (const problem of broken)
  log.warn({ file: problem.file, faults: problem.faults }, 'a runbook has faults and is left out')

await mkdir(runsFolder(config), { recursive: true, mode: 0o700 })
await mkdir(config.backups, { recursive: true, mode: 0o700 })
// The supervisor has gone: whoever starts the next one starts the next bot.
const leaveUnopened = (): void => process.exit(0)
process.on('disconnect', leaveUnopened)
if (process.connected === false) leaveUnopened()
const opened = await openStore(config, log)
const store = opened.ok ? opened.value : refuse(worded(opened.problem))
const pool = connectStore(store.url)
const ours = await identityOf(pool, store.url)
for (const runbook of usable) await refuseOurOwn(runbook.target.url, runbook.name)

const recordRunbooks = makeRunbookRecorder(pool, runbooks, accountHere().host)

/** What is sent is told that there may be something new. */
const wakes: (() => void)[] = []
const worker = await startWorker({
  url: store.url,
  pool,
  kinds,
  look: lookAt,
  config,
  environment: process.env,
  secrets,
  log,
  onLocks: takeRules,
  onShow: () => wakes.forEach((wake) => wake()),
  onLost() {
    log.fatal(
      `the connection to ${nameOfStore(config)}, which holds our locks, broke: leaving at once; our runs wait`,
    )
    process.exit(exitCodes.lostLocks)
  },
  onOutdated() {
    log.fatal(
      `a newer release has changed ${nameOfStore(config)} in a way that this release does not know: leaving at once; the newer release goes on with our runs`,
    )
    process.exit(exitCodes.lostLocks)
  },
})
const slack = config.slack
  ? makeSlack({
      config: config.slack,
      roles: config.roles,
      store: pool,
      log,
      isHealthy: () => isAnyAlive(pool),
    })
  : null
const house = {
  pool,
  config,
  runbooks,
  secrets,
  directory: slack?.directory ?? mappedPeople(config, nobodyTells),
  environment: process.env,
  ours,
}
const clock = startClock(
  pool,
  log,
  {
    ...aroundOf(house),
    whyNot: (schedule) => whyNotNow(house, schedule),
    starts: (schedule) => startScheduled(house, schedule),
  },
  { keep: config.keep, runsFolder: runsFolder(config) },
  recordRunbooks,
)
const ending = new AbortController()
const background: Promise<unknown>[] = []
let listening: Listening | null = null
const render = makeRender({
  pool,
  peopleOf: (role) => peopleOf(config, role, house.directory),
  command: config.command,
})
/** Outside of Slack its ids tell nobody anything. */
const nameOf = async (person: string): Promise<string | null> =>
  (await slack?.nameOf(person)) ??
  Object.keys(config.terminal).find((user) => config.terminal[user] === person) ??
  null
const publicUrl = config.slack && 'http' in config.slack.mode ? config.slack.mode.http.publicUrl : undefined
const mailer = config.mail && makeMailer({ config: config.mail, nameOf })
if (slack || mailer)
  background.push(keepSending('mail', (sending) => sendLetters({ ...sending, mailer, render, publicUrl })))
background.push(keepSending('pager', (sending) => sendPages({ ...sending, environment: process.env })))
if (slack) background.push(serveSlack(slack))
else log.info('no Slack is configured: the terminal alone gives commands')
log.info({ runbooks: usable.length, slack: config.slack !== null }, 'Lockkeeper is ready')

process.on('SIGTERM', () => void leave())
process.on('SIGINT', () => void leave())
process.off('disconnect', leaveUnopened).on('disconnect', () => void leave())

/** In stages: nothing new is taken, steps hand over, what is under way is sent, connections close. */
async function leave(): Promise<void> {
  if (ending.signal.aborted) return
  ending.abort()
  await listening?.stop()
  await clock.stop()
  await worker.stop()
  await Promise.allSettled(background)
  mailer?.close()
  await pool.end()
  await store.close()
  process.exit(0)
}

/** Records who may do what by this bot's configuration, and goes by what is in force. */
async function takeRules(locks: pg.Client): Promise<void> {
  const { host, user } = accountHere()
  const by = { host, user, file: config.file }
  const { inForce, isOlder } = await recordRules(locks, rulesOf(config), by)
  await recordRunbooks()
  config = withRules(config, inForce)
  if (isOlder)
    log.warn(
      { file: by.file, inForce: inForce.by, since: inForce.at },
      'roles and terminal users of this configuration were replaced by newer ones, which a live bot has: those are in force. To go back to these, stop that bot first',
    )
}

/** Terminals show people by the names that Slack has for them. */
async function learnNames({ directory }: Slack): Promise<void> {
  const { roles, terminal } = config
  const people = [...Object.values(roles).flatMap((role) => role.people), ...Object.values(terminal)]
  for (const person of new Set(people)) await directory.goneWhy(person)
}

/** Said at the start, not at three in the morning: whom the runbooks tell would read nothing. */
async function lookAtAudiences(slack: Slack): Promise<void> {
  for (const runbook of usable) {
    const { findings } = await audiencesReached(runbook, slack.directory, config.mail !== null)
    for (const { level, problem } of findings)
      if (level !== 'note') log.warn({ runbook: runbook.name, code: problem.code }, worded(problem))
  }
}

async function serveSlack(slack: Slack): Promise<void> {
  const desk = makeDesk(house)
  const pages = makeDesk({ ...house, directory: listedToo(house.directory) })
  background.push(keepSending('slack', (sending) => pump({ ...sending, channel: slack.channel, render })))
  while (!ending.signal.aborted) {
    const started = await slack.listen(desk, publicUrl === undefined ? undefined : pages)
    if (started.ok) {
      listening = started.value
      log.info({ port: listening.port }, 'Slack reaches us')
      await slack.checkBlocks()
      await learnNames(slack)
      return lookAtAudiences(slack)
    }
    if (started.problem.code !== 'slack-away') refuse(worded(started.problem))
    log.warn({ problem: started.problem }, 'Slack does not answer; runs go on, and the terminal works')
    await pause()
  }
}

/** One process sends, each way to people by itself; the others stand by to take over. */
async function keepSending(way: Way, send: (sending: Sending) => Promise<void>): Promise<void> {
  let show = Promise.withResolvers<void>()
  wakes.push(() => show.resolve())
  const woken = (): Promise<void> => {
    if (ending.signal.aborted) return Promise.resolve()
    show = Promise.withResolvers()
    return show.promise
  }
  while (!ending.signal.aborted) {
    if (await worker.tryPump(way))
      await send({ pool, log, signal: ending.signal, woken }).catch((error: unknown) =>
        log.error({ err: error }, 'sending stopped and begins again'),
      )
    await pause()
  }
}

type Sending = Pick<Parameters<typeof pump>[0], 'pool' | 'log' | 'signal' | 'woken'>

const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, tryEvery)
    ending.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })

async function identityOf(of: pg.Pool, url: string): Promise<Identity | null> {
  const client = await of.connect()
  try {
    return await readIdentity(client, new URL(url).host)
  } catch (error) {
    log.warn(
      { err: error },
      'the identity of our own database cannot be read; targets are compared by address alone',
    )
    return null
  } finally {
    client.release()
  }
}

/** A target that is our own database would be migrated under us. Another name for it is found when it is planned. */
async function refuseOurOwn(variable: string, runbook: string): Promise<void> {
  const target = URL.parse(process.env[variable] ?? '')
  const own = new URL(store.url)
  if (target && target.host === own.host && target.pathname === own.pathname)
    refuse(
      `${worded({ code: 'target-is-ours', database: own.pathname.slice(1), host: own.host })}\nRunbook ${runbook}, variable ${variable}.`,
    )
}
