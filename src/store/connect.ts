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
 * Whether a session stays on one backend from statement to statement. Behind a transaction pooler it does not, and
 * session advisory locks, LISTEN and the guarantees built on them do not hold.
 */
export async function isDirect(url: string): Promise<boolean> {
  const client = await connectLocks(url)
  try {
    const key = [0x6c6f636b, Math.trunc(Math.random() * 2 ** 31)]
    await client.query('select pg_advisory_lock($1, $2)', key)
    const held = await client.query<{ held: boolean }>(
      `select exists (select from pg_locks where locktype = 'advisory' and classid = $1 and objid = $2 and pid = pg_backend_pid()
         and pid = (select pid from pg_stat_activity where pid = pg_backend_pid() and application_name = $3)) as held`,
      [...key, applicationName],
    )
    return held.rows[0]?.held === true
  } finally {
    await client.end()
  }
}
