import { createInterface, type Interface } from 'node:readline'
import type pg from 'pg'
import { makeDesk } from '../../commands/desk.ts'
import { helpAlone } from '../../commands/help.ts'
import { commands } from '../../commands/list.ts'
import { patiently } from '../../commands/patience.ts'
import { whyNotAsRecorded, withRules } from '../access/recorded.ts'
import { surroundingsOf } from '../access/roles.ts'
import { loadConfig, secretsOfConfig, type Config, type SlackConfig } from '../config.ts'
import type { Desk, Reply } from '../domain/desk.ts'
import type { Identity } from '../domain/identity.ts'
import type { Acquaintances, Caller, Directory } from '../domain/person.ts'
import type { Problem } from '../domain/problem.ts'
import type { Form, View } from '../domain/view.ts'
import { outageOf } from '../outage.ts'
import { openRunbooks } from '../runbook/load.ts'
import { makeSecrets } from '../runbook/secrets.ts'
import { rulesInForce } from '../store/access-rules.ts'
import { connectStore } from '../store/connect.ts'
import { isAnyAlive } from '../store/locks.ts'
import { recordedNames } from '../store/people.ts'
import { installSchema } from '../store/install.ts'
import { timeOf } from '../store/transaction.ts'
import { underWay } from '../views/marks.ts'
import { lineText } from '../views/words/plain.ts'
import { problemView } from '../views/problem/problem.ts'
import { formText, terminalText, type Terminal } from '../views/terminal.ts'
import { visible } from '../visible.ts'
import { textOfFault } from '../yaml/fault.ts'
import { accountHere } from './account.ts'
import { follow } from './follow.ts'
import { mappedPeople, nobodyTells, ownZone } from './people.ts'
import { faultLines, fillIn, type Person } from './prompt.ts'
import { recordedOnly } from './recorded-runbooks.ts'
import { sayRefused } from './refused.ts'
import { findStore, storeAway } from './store.ts'

const exits = { ok: 0, refused: 1, noStore: 69, configuration: 78 } as const

/** A command in a terminal: its exit code. `help` is there for whoever has no configuration and no bot yet, too. */
export async function terminal(
  words: readonly string[],
  groupsOfSlack: (slack: SlackConfig) => Promise<Acquaintances>,
  command: string,
): Promise<number> {
  const code = await converse(words, groupsOfSlack, command)
  const alone = words[0] === 'help' && code !== exits.ok ? helpAlone(commands, words[1]) : null
  if (!alone) return code
  console.log(terminalText(alone, screenOf({ terminal: {}, command })))
  return exits.ok
}

/**
 * The commands in a terminal: the same desk as Slack's, as the person that the operating-system user is mapped to. It
 * writes requests and reads; the bot drives. Gives the exit code: 0 when it was done, 1 when it was refused or a run went
 * back, 2 when a run waits for people, 69 without the bot's database, 78 for faults in the configuration. `command`: how
 * Lockkeeper is called here.
 */
async function converse(
  words: readonly string[],
  groupsOfSlack: (slack: SlackConfig) => Promise<Acquaintances>,
  command: string,
): Promise<number> {
  const loaded = await loadConfig({ ...process.env, LOCKKEEPER_COMMAND: command }, process.cwd())
  if (!loaded.ok) {
    for (const fault of loaded.faults) console.error(textOfFault(fault))
    return exits.configuration
  }
  const config = loaded.value
  const screen = screenOf(config)
  const noStore = (problem: Problem): number => {
    console.error(terminalText(problemView(problem), screen))
    return exits.noStore
  }
  const store = await findStore(config)
  if (!store.ok) return noStore(store.problem)
  const { url, identity: ours } = store.value
  const directory = mappedPeople(config, config.slack ? await groupsOfSlack(config.slack) : nobodyTells)
  const pool = connectStore(url, 3)
  try {
    const installed = await installSchema(pool)
    if (!installed.ok) return noStore(installed.problem)
    return words[0] === 'health'
      ? await health(pool)
      : await request({ pool, config, ours, directory }, words)
  } catch (error) {
    const why = outageOf(error)
    if (why === null) throw error
    return noStore(await storeAway(config, why))
  } finally {
    await pool.end()
  }
}

function screenOf(
  { terminal: users, command }: Pick<Config, 'terminal' | 'command'>,
  names: Names = new Map(),
): Terminal {
  return {
    command,
    colour: process.stdout.hasColors?.() ?? false,
    width: process.stdout.columns ?? 100,
    people: (id) => `@${calledOf(names, id) ?? Object.keys(users).find((user) => users[user] === id) ?? id}`,
    // The first use of Intl takes 20 ms, and most of what is shown has no time.
    get timeZone() {
      return ownZone()
    },
  }
}

type Names = ReadonlyMap<string, string>

/** Slack lets two people have one name: then their ids tell them apart. */
function calledOf(names: Names, id: string): string | undefined {
  const name = names.get(id)
  const isShared = [...names].some(([other, its]) => other !== id && its === name)
  return name !== undefined && isShared ? `${name} (${id})` : name
}

/** For a container's health check: 0 while a worker lives. */
async function health(pool: pg.Pool): Promise<number> {
  const alive = await isAnyAlive(pool)
  console.log(alive ? 'A worker drives runs.' : 'No worker lives: runs wait.')
  return alive ? exits.ok : exits.refused
}

interface Here {
  pool: pg.Pool
  config: Config
  ours: Identity | null
  directory: Directory
}

async function request(
  { pool, config: given, ours, directory }: Here,
  words: readonly string[],
): Promise<number> {
  const inForce = await rulesInForce(pool)
  const config = inForce ? withRules(given, inForce) : given
  const screen = screenOf(config, await recordedNames(pool))
  const show = (view: View): void => console.log(terminalText(view, screen))
  const refuse = (problem: Problem): number => {
    show(problemView(problem))
    return exits.refused
  }
  const account = accountHere()
  if (!inForce) return refuse({ code: 'access-rules-missing' })
  const differs = whyNotAsRecorded(given, inForce)
  if (differs) {
    await sayRefused(pool, differs, account, inForce)
    return refuse(differs)
  }
  const person = config.terminal[account.user]
  if (!person) return refuse({ code: 'terminal-user-unknown', user: account.user, file: config.file })
  const caller = { person, via: 'terminal', account } as const
  const secrets = makeSecrets(secretsOfConfig(config), process.env)
  const desk = makeDesk({
    pool,
    config,
    runbooks: recordedOnly(
      pool,
      openRunbooks(config.runbooks, surroundingsOf(config), secrets),
      ({ file, runbook, differs: inWhat }) =>
        sayRefused(pool, { file, changes: [{ runbook, differs: inWhat }] }, account, inForce),
    ),
    secrets,
    directory,
    environment: process.env,
    ours,
  })
  const since = await timeOf(pool)
  const here = typist()
  try {
    const reply = await untilSaid(
      desk,
      caller,
      await patiently(desk.typed(caller, words), wonderingAt(here)),
      here,
      screen,
    )
    if (!reply) {
      console.error('Nothing was done.')
      return exits.refused
    }
    show(reply.view)
    if (reply.refused) return exits.refused
    if (!reply.run) return exits.ok
    if (!(await isAnyAlive(pool))) return refuse({ code: 'no-worker', since: null })
    return await follow(pool, reply.run, since, screen)
  } finally {
    here.leave()
  }
}

const wonderingAt = (person: Person) => async (): Promise<void> => person.say(lineText(underWay.state))

/** Forms are filled in here, one after another, and again where something in them was wrong. Null: the person left. */
async function untilSaid(
  desk: Desk,
  caller: Caller,
  first: Reply,
  person: Person,
  screen: Terminal,
): Promise<Extract<Reply, { view: View }> | null> {
  let asked: Extract<Reply, { form: Form }> | null = null
  for (let reply = first; ;) {
    if ('view' in reply) return reply
    if ('form' in reply) {
      asked = reply
      console.log(formText(reply.form, screen))
    } else for (const line of faultLines(reply.faults)) person.say(line)
    const values = asked && (await fillIn(asked.form, person))
    if (!asked || !values) return null
    reply = await patiently(desk.submitted(caller, asked.command, asked.input, values), wonderingAt(person))
  }
}

/** Reads lines as they are typed or piped in. The input is opened at the first question: what is not asked is not read. */
function typist(): Person & { leave(): void } {
  let lines: Interface | null = null
  let typed: AsyncIterator<string> | null = null
  return {
    async ask(question) {
      process.stderr.write(visible(question))
      lines ??= createInterface({ input: process.stdin })
      typed ??= lines[Symbol.asyncIterator]()
      const next = await typed.next()
      return next.done ? null : next.value
    },
    say: (line) => console.error(visible(line)),
    leave: () => lines?.close(),
  }
}
