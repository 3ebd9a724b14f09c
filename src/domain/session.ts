import type { Instant } from './json.ts'

/** A backend of the target's database that is not ours, as `pg_stat_activity` shows it. No query text but its tag. */
export interface Session {
  pid: number
  /** With the PID it names one backend for ever: PIDs are used again. */
  backendStart: string
  /** The transaction that a person saw; another one is another decision. Null outside of a transaction. */
  xactStart: string | null
  /** `client backend`, `logical replication worker`, … */
  backendType: string
  role: string
  application: string
  /** Client address, or `local` for a Unix socket. */
  client: string
  /** `active`, `idle`, `idle in transaction`, … */
  state: string
  stateSince: Instant
  /** Whether the transaction has an ID, so that ending it rolls back something written. */
  wrote: boolean
  /** First word or words of its last statement, e.g. `UPDATE`. Never its text: it may hold row data. */
  command: string
}

/** One that a person ticked, and that was ended. */
export type EndedSession = Pick<Session, 'pid' | 'role' | 'application'>

/** What names the one transaction of the one session that a person ticked. */
export type SessionMark = Pick<Session, 'pid' | 'backendStart' | 'xactStart'>

/** Whose a backend is, which says how it is made to leave for good. */
export type SessionSort = 'client' | 'parallel' | 'replication' | 'subscription' | 'background'

/** By `backend_type`. One that may not be seen counts as a client's: most are. An extension names its workers itself. */
export function sortOf({ backendType }: Pick<Session, 'backendType'>): SessionSort {
  if (backendType === 'client backend' || backendType === 'unknown') return 'client'
  if (backendType === 'parallel worker') return 'parallel'
  if (backendType === 'walsender') return 'replication'
  return backendType.startsWith('logical replication') ? 'subscription' : 'background'
}
