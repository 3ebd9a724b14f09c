import { setTimeout } from 'node:timers/promises'
import pg from 'pg'

const applicationName = 'lockkeeper-bot'

/** The bot's own database. Statements that hang are a fault of the network, not work: none takes longer than a second. */
export function connectStore(url: string, max = 8): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: applicationName,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 20_000,
    keepAlive: true,
  })
  // A connection that breaks while idle is replaced at the next query; nothing was in it.
  pool.on('error', () => {})
  return pool
}

/** The one connection that holds a process's advisory locks: when it breaks, the locks are gone. */
export async function connectLocks(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  })
  await client.connect()
  return client
}

/**
 * Whether a session stays on one backend. Behind a transaction pooler it does not, and session advisory locks and
 * LISTEN, on which the guarantees stand, do not hold: while a second client keeps a transaction open, a pooler gives
 * the first one another backend, or none.
 */
export async function isDirect(url: string): Promise<boolean> {
  const first = await connectLocks(url)
  const second = await connectLocks(url).catch(async (error: unknown) => {
    await first.end().catch(() => {})
    throw error
  })
  try {
    const before = await backendPid(first)
    await second.query('begin')
    await backendPid(second)
    const after = await Promise.race([backendPid(first), setTimeout(3_000, null)])
    return before === after
  } finally {
    await Promise.allSettled([first.end(), second.end()])
  }
}

async function backendPid(client: pg.Client): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return rows[0]?.pid
}
