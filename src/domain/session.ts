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

/** What names the one transaction of the one session that a person ticked. */
export type SessionMark = Pick<Session, 'pid' | 'backendStart' | 'xactStart'>
