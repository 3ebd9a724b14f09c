import type pg from 'pg'
import type { Queryable } from './transaction.ts'

/** Classes of advisory locks on the bot's own database: the first half of their key. */
const classes = { run: 1, alive: 2, pump: 3 } as const

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
