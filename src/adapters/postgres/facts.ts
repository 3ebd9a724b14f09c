import type pg from 'pg'
import type { Problems } from '../../domain/problem.ts'
import type { Session } from '../../domain/session.ts'

export type RoleAttributes = {
  role: string
  exists: boolean
  superuser: boolean
  login: boolean
  /** It is the database's owner, or a member of it. */
  owns: boolean
  /** May connect to the current database. */
  connects: boolean
}

export async function preparedTransactions(
  _client: pg.Client,
): Promise<Problems['prepared-transactions']['transactions']> {
  throw new Error('not yet')
}
/** Sessions of this database whose transaction is older than so many seconds. */
export async function longTransactions(_client: pg.Client, _seconds: number): Promise<Session[]> {
  throw new Error('not yet')
}
export async function runningDumps(_client: pg.Client): Promise<Problems['dump-running'][]> {
  throw new Error('not yet')
}
export async function wraparoundVacuums(
  _client: pg.Client,
  _tables: string[],
): Promise<Problems['wraparound-vacuum'][]> {
  throw new Error('not yet')
}
/** Every standby that streams now, with the bytes that it is behind. */
export async function replicaLags(_client: pg.Client): Promise<Problems['replica-lag'][]> {
  throw new Error('not yet')
}
export async function inactiveSlots(_client: pg.Client): Promise<Problems['replication-slot-inactive'][]> {
  throw new Error('not yet')
}
/** Logical slots of the current database. */
export async function logicalSlots(_client: pg.Client): Promise<string[]> {
  throw new Error('not yet')
}
/** `synchronous_standby_names`; empty: no standby is waited for. */
export async function synchronousStandbys(_client: pg.Client): Promise<string> {
  throw new Error('not yet')
}
export async function eventTriggers(_client: pg.Client): Promise<string[]> {
  throw new Error('not yet')
}
export async function rowTriggers(
  _client: pg.Client,
  _tables: string[],
): Promise<Problems['row-triggers'][]> {
  throw new Error('not yet')
}
/** Superusers that may log in. */
export async function superuserLogins(_client: pg.Client): Promise<string[]> {
  throw new Error('not yet')
}
export async function roleAttributes(_client: pg.Client, _role: string): Promise<RoleAttributes> {
  throw new Error('not yet')
}
export async function databaseBytes(_client: pg.Client): Promise<number> {
  throw new Error('not yet')
}
/** The end of the write-ahead log, e.g. `0/1A2B3C4`. */
export async function currentLsn(_client: pg.Client): Promise<string> {
  throw new Error('not yet')
}
/** The sessions that this backend waits for now. */
export async function blockersOf(_client: pg.Client, _pid: number): Promise<Session[]> {
  throw new Error('not yet')
}
