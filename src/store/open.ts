import pg from 'pg'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { connectStore, isDirect } from './connect.ts'
import { startEmbedded } from './embedded.ts'
import { installSchema } from './schema.ts'

/** The bot's own database, ready to be used. */
export interface Store {
  url: string
  close(): Promise<void>
}

const ownDatabase = 'lockkeeper'

/** By DATABASE_URL, or an embedded server in the bot's folder. Refused behind a pooler, where locks do not hold. */
export async function openStore(
  config: Pick<Config, 'databaseUrl' | 'folder'>,
  log: Log,
): Promise<Result<Store>> {
  const store = config.databaseUrl
    ? { url: config.databaseUrl, close: async () => {} }
    : await embedded(config.folder, log)
  if (!(await isDirect(store.url))) {
    await store.close()
    return failure({ code: 'target-through-pooler', host: new URL(store.url).host })
  }
  const pool = connectStore(store.url, 1)
  await installSchema(pool)
  await pool.end()
  return ok(store)
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
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [ownDatabase])
  if (!rowCount) await admin.query(`create database ${ownDatabase}`)
  await admin.end()
  return { url: server.url(ownDatabase), close: () => server.stop() }
}
