import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { outageOf } from '../outage.ts'
import { connectStore, isDirect } from './connect.ts'
import { startEmbedded } from './embedded.ts'
import { installSchema } from './install.ts'

/** The bot's own database, ready to be used. */
export interface Store {
  url: string
  close(): Promise<void>
}

const ownDatabase = 'lockkeeper'

/** Milliseconds between two tries to reach a database that does not answer. */
const tryEvery = 1_000

/** How the bot's own database is named to people. Other databases are the targets of runbooks. */
export const nameOfStore = ({ databaseUrl, folder }: Pick<Config, 'databaseUrl' | 'folder'>): string =>
  `Lockkeeper's own database (${databaseUrl ? `DATABASE_URL, ${placeOf(databaseUrl)}` : `embedded in ${folder}`})`

/** `host:port/database`, without who and with what password. */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `${host}${pathname}`
}

/**
 * By DATABASE_URL, or an embedded server in the bot's folder. Refused behind a pooler, where locks do not hold. While it
 * cannot be used (away, full, refuses us) this waits, and says so once for each reason: a restart would not bring it back.
 */
export async function openStore(
  config: Pick<Config, 'databaseUrl' | 'folder'>,
  log: Log,
): Promise<Result<Store>> {
  for (let told: string | null = null; ;) {
    try {
      const opened = await tryToOpen(config, log)
      if (told !== null) log.info(`${nameOfStore(config)} answers again: runs go on where they were`)
      return opened
    } catch (error) {
      const why = outageOf(error) ?? (config.databaseUrl ? null : whyNoServer(error))
      if (why === null) throw error
      if (why !== told)
        log.error(
          { error: why },
          `${nameOfStore(config)} cannot be used: without it no run makes progress. It is tried every second`,
        )
      told = why
    }
    await setTimeout(tryEvery)
  }
}

/** A server of our own that does not start says where to look; its folder may be full. */
const whyNoServer = (error: unknown): string | null =>
  error instanceof Error && error.constructor === Error ? error.message : null

async function tryToOpen(config: Pick<Config, 'databaseUrl' | 'folder'>, log: Log): Promise<Result<Store>> {
  const store = config.databaseUrl
    ? { url: config.databaseUrl, close: async () => {} }
    : await embedded(config.folder, log)
  if (!(await isDirect(store.url))) {
    await store.close()
    return failure({ code: 'target-through-pooler', host: new URL(store.url).host })
  }
  const pool = connectStore(store.url, 1)
  const installed = await installThenEnd(pool)
  if (installed.ok) return ok(store)
  await store.close()
  return installed
}

async function installThenEnd(pool: pg.Pool): Promise<Result<void>> {
  try {
    return await installSchema(pool)
  } finally {
    await pool.end()
  }
}

async function embedded(folder: string, log: Log): Promise<Store> {
  const server = await startEmbedded({
    folder,
    onLog: (line) => log.debug({ from: 'postgres' }, line.trim()),
  })
  log.info(
    { folder, port: server.port },
    'DATABASE_URL is not set: an embedded PostgreSQL in this folder is used',
  )
  const admin = new pg.Client(server.url('postgres'))
  await admin.connect()
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [ownDatabase])
    if (!rowCount) await admin.query(`create database ${ownDatabase}`)
  } finally {
    await admin.end()
  }
  return { url: server.url(ownDatabase), close: () => server.stop() }
}
