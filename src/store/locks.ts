import pg from 'pg'
import type { Instant } from '../domain/json.ts'
import { instant, type Queryable } from './transaction.ts'

/** Classes of advisory locks on the bot's own database: the first half of their key. */
const classes = { run: 1, alive: 2, pump: 3, planning: 4, rules: 5 } as const

type Class = 'run' | 'pump'

/** Session locks: they are held as long as this one connection lives, and by nobody else. */
export interface Locks {
  tryLock(of: Class, name: string): Promise<boolean>
  unlock(of: Class, name: string): Promise<void>
}

/** One connection answers one question at a time; these queue. */
export function makeLocks(client: pg.Client): Locks {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(ask: () => Promise<T>): Promise<T> => {
    const answer = last.then(ask, ask)
    last = answer.catch(() => {})
    return answer
  }
  return {
    tryLock: (of, name) => inTurn(() => tryLock(client, classes[of], name)),
    unlock: (of, name) => inTurn(() => unlock(client, classes[of], name)),
  }
}

async function tryLock(client: pg.Client, of: number, name: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(
    'select pg_try_advisory_lock($1, hashtext($2)) as held',
    [of, name],
  )
  return rows[0]?.held === true
}

async function unlock(client: pg.Client, of: number, name: string): Promise<void> {
  await client.query('select pg_advisory_unlock($1, hashtext($2))', [of, name])
}

/** Says that a worker lives, for as long as this connection does. */
export async function markAlive(locks: pg.Client): Promise<void> {
  await locks.query('select pg_advisory_lock_shared($1, 0)', [classes.alive])
}

/** Whether any process drives runs at this moment. */
export async function isAnyAlive(tx: Queryable): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from pg_locks where locktype = 'advisory' and classid = $1 and objid = 0 and granted
       and database = (select oid from pg_database where datname = current_database())`,
    [classes.alive],
  )
  return rowCount !== 0
}

/** Says that a live bot has these rules of who may do what, for as long as this connection lives. */
export async function holdRules(locks: pg.ClientBase, digest: string): Promise<void> {
  await locks.query('select pg_advisory_lock_shared($1, hashtext($2))', [classes.rules, digest])
}

/** Whether any live bot has these rules. */
export async function isRulesHeld(locks: pg.ClientBase, digest: string): Promise<boolean> {
  const { rowCount } = await locks.query(
    `select from pg_locks where locktype = 'advisory' and classid = $1
       and objid::bigint = hashtext($2)::bigint & 4294967295 and granted
       and database = (select oid from pg_database where datname = current_database())`,
    [classes.rules, digest],
  )
  return rowCount !== 0
}

/** Who makes a plan, and since when; null where the store does not tell. */
export interface Planner {
  by: string | null
  since: Instant | null
}

/**
 * Does `work`, which may take minutes, unless any process is at the same, by `name`: then says who is. The lock has a
 * connection of its own, so that it ends with this process, and keeps none of the pool from what the work asks of it.
 */
export async function aloneAt<T>(
  pool: pg.Pool,
  { name, by }: { name: string; by: string },
  work: () => Promise<T>,
): Promise<{ done: T } | { busy: Planner }> {
  const client = new pg.Client({
    ...pool.options,
    application_name: `${plans} ${by}`,
    options: goneHosts,
  })
  // Lost, it keeps nobody else out any more; what is made of it is kept in transactions of its own.
  client.on('error', () => {})
  await client.connect()
  try {
    if (!(await tryLock(client, classes.planning, name))) return { busy: await plannerOf(client, name) }
    return { done: await work() }
  } finally {
    await client.end()
  }
}

/** A host that is gone without a word is given up within a minute; servers wait for two hours of themselves. */
const goneHosts = '-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3'

/** How the session of whoever makes a plan is called, with their id after it. */
const plans = 'lockkeeper-plans'

async function plannerOf(client: pg.Client, name: string): Promise<Planner> {
  const { rows } = await client.query<Planner>(
    `select substr(application_name, length($3) + 2) as by, ${instant('backend_start')} as since
     from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and classid = $1 and objid::bigint = hashtext($2)::bigint & 4294967295 and granted
       and pg_locks.database = (select oid from pg_database where datname = current_database())
       and starts_with(application_name, $3)`,
    [classes.planning, name, plans],
  )
  return rows[0] ?? { by: null, since: null }
}
