import { userInfo } from 'node:os'
import { createInterface } from 'node:readline'
import type pg from 'pg'
import { makeDesk } from '../../commands/desk.ts'
import { loadConfig, type Config } from '../config.ts'
import type { Reply } from '../domain/desk.ts'
import type { Directory } from '../domain/person.ts'
import type { Problem } from '../domain/problem.ts'
import { readIdentity } from '../adapters/postgres/identity.ts'
import { connectStore } from '../store/connect.ts'
import { findEmbedded } from '../store/embedded.ts'
import { isAnyAlive } from '../store/locks.ts'
import { installSchema } from '../store/schema.ts'
import { problemView } from '../views/problem.ts'
import { formText, terminalText, type Terminal } from '../views/terminal.ts'
import { follow } from './follow.ts'
import { faultLines, fillIn, type Person } from './prompt.ts'

const exits = { ok: 0, refused: 1, noStore: 69, configuration: 78 } as const

/**
 * The commands in a terminal: the same desk as Slack's, as the person that the operating-system user is mapped to. It
 * writes requests and reads; the bot drives. Gives the exit code.
 */
export async function terminal(words: readonly string[]): Promise<number> {
  const loaded = await loadConfig(process.env, process.cwd())
  if (!loaded.ok) {
    for (const { file, line, key, what, remedy } of loaded.faults)
      console.error(`${file}${line ? `:${line}` : ''}: ${key} ${what}. ${remedy}`)
    return exits.configuration
  }
  const config = loaded.value
  const url = config.databaseUrl ?? (await findEmbedded(config.folder))?.url('lockkeeper')
  if (!url) {
    console.error(
      `Lockkeeper has no database here: DATABASE_URL is not set and no server runs in ${config.folder}. Start the bot: npx lockkeeper start`,
    )
    return exits.noStore
  }
  const pool = connectStore(url, 3)
  try {
    await installSchema(pool)
    return words[0] === 'health' ? await health(pool) : await converse(pool, config, words)
  } finally {
    await pool.end()
  }
}

/** For a container's health check: 0 while a worker lives. */
async function health(pool: pg.Pool): Promise<number> {
  const alive = await isAnyAlive(pool)
  console.log(alive ? 'A worker drives runs.' : 'No worker lives: runs wait.')
  return alive ? exits.ok : exits.refused
}

async function converse(pool: pg.Pool, config: Config, words: readonly string[]): Promise<number> {
  const screen: Terminal = {
    colour: process.stdout.hasColors?.() ?? false,
    width: process.stdout.columns ?? 100,
  }
  const show = (reply: Extract<Reply, { view: unknown }>): void =>
    console.log(terminalText(reply.view, screen))
  const refuse = (problem: Problem): number => {
    show({ view: problemView(problem) })
    return exits.refused
  }
  const user = userInfo().username
  const person = config.terminal[user]
  if (!person) return refuse({ code: 'terminal-user-unknown', user, file: config.file })
  const caller = { person, via: 'terminal' } as const
  const desk = makeDesk({
    pool,
    config,
    directory: namedPeople,
    environment: process.env,
    ours: await ourIdentity(pool),
  })
  let reply = await desk.typed(caller, words)
  const here = typist()
  try {
    while (!('view' in reply)) {
      if ('faults' in reply) {
        for (const line of faultLines(reply.faults)) console.error(line)
        return exits.refused
      }
      console.log(formText(reply.form, screen))
      const values = await fillIn(reply.form, here)
      if (!values) {
        console.error('Nothing was done.')
        return exits.refused
      }
      reply = await desk.submitted(caller, reply.command, reply.input, values)
    }
    show(reply)
    if (!reply.run) return exits.ok
    if (!(await isAnyAlive(pool))) return refuse({ code: 'no-worker', since: null })
    return await follow(pool, reply.run, screen)
  } finally {
    here.leave()
  }
}

/** Without Slack, roles come from the people that the configuration names; user groups are unknown. */
const namedPeople: Directory = {
  lookUp: async () => ({ may: true, groups: [], at: new Date().toISOString() }),
  members: async () => [],
}

async function ourIdentity(pool: pg.Pool): Promise<Awaited<ReturnType<typeof readIdentity>> | null> {
  const client = await pool.connect()
  try {
    return await readIdentity(client, 'store')
  } catch {
    return null
  } finally {
    client.release()
  }
}

/** Reads lines as they are typed or piped in; the input is opened at the first question. */
function typist(): Person & { leave(): void } {
  const lines = createInterface({ input: process.stdin })
  lines.pause()
  const typed = lines[Symbol.asyncIterator]()
  return {
    async ask(question) {
      process.stderr.write(question)
      const next = await typed.next()
      return next.done ? null : next.value
    },
    say: (line) => console.error(line),
    leave: () => lines.close(),
  }
}
