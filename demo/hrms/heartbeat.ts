import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Release } from './release.ts'
import { signInEmployee } from './sessions.ts'

/** The application's users, who never stop working. */
export interface Heartbeat {
  /** `found` is read after `acknowledged`, so that a write on its way never counts as lost. */
  counts(): Promise<{ acknowledged: number; found: number; lost: number }>
  /** Writes a last row, which still needs the database. */
  stop(): Promise<void>
}

/** Between two refreshes by signed-in administrators, in milliseconds. */
const everyRefresh = 300
/** Between two employees who sign in, once the release knows employees, in milliseconds. */
const everyEmployee = 4000

/**
 * Signed-in administrators refresh their tokens a few times a second. Each write that the database acknowledged is
 * counted in a file, so that the count survives the application: one that is missing later was lost.
 */
export async function startHeartbeat(pool: pg.Pool, folder: string, release: Release): Promise<Heartbeat> {
  mkdirSync(folder, { recursive: true })
  const file = path.join(folder, 'acknowledged')
  const stopping = new AbortController()
  let acknowledged = readCount(file)
  const write = async () => {
    await refreshSomebody(pool)
    writeFileSync(file, String(++acknowledged))
  }
  const working = [
    repeat(everyRefresh, write, stopping.signal),
    ...(release === 'after' ? [repeat(everyEmployee, () => signInEmployee(pool), stopping.signal)] : []),
  ]
  return {
    async counts() {
      const before = acknowledged
      const found = await countWrites(pool)
      return { acknowledged: before, found, lost: Math.max(0, before - found) }
    },
    async stop() {
      stopping.abort()
      await Promise.all(working)
      await write().catch(() => {}) // the database is away: nothing was acknowledged
    },
  }
}

/** Users try again: a database that is away costs them this write, and it is not counted. */
async function repeat(milliseconds: number, work: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await work().catch(() => {})
    await pause(milliseconds, undefined, { signal }).catch(() => {})
  }
}

/** One write: a random administrator gets a new token. Both releases and both schemas take it. */
async function refreshSomebody(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into master."RefreshTokens" ("Id", "AdminUserId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp")
     select $1, "Id", $2, now() + interval '7 days', now(), '10.0.0.21' from master."AdminUsers" where "UserName" = $3`,
    [randomUUID(), `heartbeat-${randomUUID()}`, `admin${1 + Math.floor(Math.random() * 20)}`],
  )
}

/** By range, so that the unique index of tokens answers it. */
async function countWrites(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from master."RefreshTokens" where "Token" >= 'heartbeat-' and "Token" < 'heartbeat.'`,
  )
  return rows[0]?.count ?? 0
}

function readCount(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8')) || 0
  } catch {
    return 0
  }
}
