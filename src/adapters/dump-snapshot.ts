import pg from 'pg'
import type { Identity } from '../domain/identity.ts'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { currentLsn, databaseBytes } from './postgres/facts.ts'
import { selectSessions } from './postgres/sessions.ts'
import { sqlProblem } from './postgres/sql-error.ts'
import type { Target } from './postgres/target.ts'
import type { TargetSession } from './postgres/target-session.ts'

/** The one moment that a dump shows. */
export interface Snapshot {
  /** For `pg_dump --snapshot`. No other server knows it, so pg_dump cannot dump another one unseen. */
  id: string
  identity: Identity
  serverVersion: string
  /** Everything that was committed before it is in the dump. */
  lsn: string
  databaseBytes: number
  /** `schema name` of each table whose rows pg_dump writes. */
  tables: string[]
  /** Ends the session that keeps it, once pg_dump has taken it over. */
  release(): Promise<void>
}

/** Milliseconds in which pg_dump must have begun to write: the session that keeps the snapshot has nothing to do meanwhile. */
const beginPatience = 600_000

/**
 * Takes a snapshot, after a try at every lock that pg_dump needs: where somebody holds one, `lock-timeout` names who,
 * which pg_dump itself could not. Fails also as connecting does, and with `sql-error`.
 * @param lockWait milliseconds.
 */
export async function takeSnapshot(target: Target, lockWait: number): Promise<Result<Snapshot>> {
  const settings = { lockTimeout: lockWait, idleInTransactionTimeout: beginPatience }
  const opened = await target.connect({ settings })
  if (!opened.ok) return opened
  const session = opened.value
  const { client, identity, serverVersion } = session
  let statement = ''
  try {
    const lsn = await currentLsn(client)
    await client.query('begin isolation level repeatable read')
    const id = await exportSnapshot(client)
    const tables = await dumpedTables(client)
    statement = lockStatement(tables)
    if (tables.length > 0) await tryLocks(client, statement)
    const names = tables.map(({ schema, name }) => `${schema} ${name}`)
    const bytes = await databaseBytes(client)
    return ok({
      id,
      identity,
      serverVersion,
      lsn,
      databaseBytes: bytes,
      tables: names,
      release: once(() => session.end()),
    })
  } catch (error) {
    const problem = await lockProblem(error, session, statement, lockWait)
    await session.end()
    return failure(problem)
  }
}

async function exportSnapshot(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>('select pg_catalog.pg_export_snapshot() as id')
  return rows[0]!.id
}

/**
 * Ordinary tables whose rows pg_dump writes: not those of extensions, which come back with their extension (some of
 * them are dumped all the same), nor those of other sessions. Partitioned tables have no rows of their own.
 */
async function dumpedTables(client: pg.Client): Promise<{ schema: string; name: string }[]> {
  const { rows } = await client.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relpersistence <> 't'
       and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
       and not exists (
         select from pg_catalog.pg_depend d
         where d.deptype = 'e'
           and (d.classid, d.objid) in (('pg_class'::regclass, c.oid), ('pg_namespace'::regclass, n.oid)))
     order by 1, 2`,
  )
  return rows
}

const lockStatement = (tables: { schema: string; name: string }[]): string => {
  const names = tables.map(
    ({ schema, name }) => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`,
  )
  return `LOCK TABLE ONLY ${names.join(', ONLY ')} IN ACCESS SHARE MODE`
}

/** Takes every lock and gives them back at once: going back to a savepoint does both, and the snapshot stays. */
async function tryLocks(client: pg.Client, statement: string): Promise<void> {
  await client.query('savepoint tried')
  await client.query(statement)
  await client.query('rollback to savepoint tried')
}

/** 55P03: who holds or waits for a lock that keeps readers out. */
async function lockProblem(error: unknown, { client }: TargetSession, statement: string, lockWait: number) {
  const problem = sqlProblem(error, { statement, during: 'backup' })
  if (problem.code !== 'sql-error' || problem.sqlstate !== '55P03') return problem
  await client.query('rollback')
  const blockers = await lockingSessions(client)
  const seconds = lockWait / 1000
  return {
    code: 'lock-timeout' as const,
    statement: shortened(statement),
    attempts: 1,
    seconds,
    blockers,
    sqlstate: '55P03',
  }
}

const shortened = (statement: string): string =>
  statement.length > 200 ? `${statement.slice(0, 199)}…` : statement

/** Only ACCESS EXCLUSIVE keeps pg_dump out. Locks are of this database alone: a copy of it has the same OIDs. */
const lockingSessions = (client: pg.Client) =>
  selectSessions(
    client,
    `pid in (
       select l.pid from pg_catalog.pg_locks l join pg_catalog.pg_database d on d.oid = l.database
       where d.datname = pg_catalog.current_database() and l.locktype = 'relation'
         and l.mode = 'AccessExclusiveLock' and l.relation >= 16384)`,
  )

function once(work: () => Promise<void>): () => Promise<void> {
  let begun: Promise<void> | null = null
  return () => (begun ??= work())
}
