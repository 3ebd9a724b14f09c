import type { Instant } from './json.ts'
import type { RolesMissing } from './roles-missing.ts'
import type { Session } from './session.ts'

/** What a plan notices: of its statements, the server, this machine, and the way back. */
export interface NoticedProblems {
  'constant-default': { table: string; column: string; value: string; rows: number }
  'rewrites-table': { table: string; statement: string; rows: number; bytes: number }
  'scans-table': { table: string; statement: string; rows: number; bytes: number }
  /** `statement` uses a value that its own transaction adds to the enum `type`; not `surely`: or another column's. */
  'value-uncommitted': { type: string; value: string; statement: string; surely: boolean }
  'value-exists': { type: string; value: string; statement: string }
  /** `from`: the type that it has. */
  'type-unconvertible': { table: string; column: string; from: string; statement: string }
  /** `by`: views, policies of row-level security, rules, triggers, generated columns. */
  'column-read': { table: string; column: string; by: string[]; statement: string }
  /** `what`: of the migration, the constraint, index or column. `unsure`: the migration may correct them before. */
  'rows-in-the-way': {
    table: string
    what: string
    rows: number
    statement: string
    fate: 'refused' | 'cut' | 'unsure'
  }
  'rows-uncounted': { what: string[] }
  /** Not `surely`: on some of its ways, or another one of its name. */
  'call-commits': { procedure: string; statement: string; surely: boolean }
  'extension-missing': { extension: string }
  'statement-refused': { statement: string; why: RefusalReason }
  /** `by`: views, and policies, rules and foreign keys of other tables. */
  'table-needed': { tables: string[]; by: string[]; statement: string }
  'long-transaction': { sessions: Session[] }
  'sessions-open': { sessions: Session[] }
  'background-workers': { sessions: Session[] }
  'prepared-transactions': { transactions: { gid: string; owner: string; since: Instant }[] }
  'dump-running': { pid: number; since: Instant }
  'wraparound-vacuum': { table: string; pid: number }
  /** Milliseconds. */
  'lock-timeout-short': { lockTimeout: number; deadlockTimeout: number }
  'replica-lag': { replica: string; bytes: number }
  'replication-slot-inactive': { slot: string; bytes: number }
  'logical-subscriber': { slots: string[] }
  'synchronous-standby': { names: string }
  'event-triggers': { triggers: string[] }
  'row-triggers': { table: string; triggers: string[] }
  'connection-roles-super': { roles: string[] }
  'disk-short': { folder: string; free: number; needs: number }
  'disk-unknown': { folder: string; errno: string }
  'backup-folder': { folder: string; errno: string }
  'backup-without-roles': { missing: RolesMissing; install: string }
  'tool-missing': { tool: string; install: string }
  'tool-older': { tool: string; version: string; server: string; install: string }
  'tool-unfit': { tool: string; version: string; why: string }
  'application-role-unfit': { role: string; why: 'missing' | 'owner' | 'super' | 'cannot-connect' }
  'owner-missing': { role: string }
  /** `makes`: commands of statements whose objects belong to who runs them. */
  'owner-other': { role: string; owners: string[]; makes: string[] }
  'rollback-loses': { rows: number; tables: { table: string; column: string; rows: number }[] }
  'rollback-violates': { table: string; column: string; rows: number }
  /** Rows of `table` without a value in `columns` would be deleted; `by`: tables with foreign keys to it. */
  'rollback-referenced': { table: string; columns: string[]; by: string[] }
  /** `what`: of the way down, constraints and statements. */
  'rollback-uncounted': { what: string[]; longerThan?: number }
  'no-rollback': { migrations: string[]; why?: DownFault }
  'service-state-unknown': { service: string; why: string }
  'service-not-running': { service: string }
  /** Its pid file names no process that runs, while its health URL answers. */
  'service-beside-pid-file': { service: string; pidFile: string; url: string; pids: number[] }
  /** What the smoke test asks fails already, on the release that is up. */
  'baseline-failed': { failed: { name: string; expected: string; saw: string }[]; passed: number }
  'variables-unset': { variables: string[] }
  'tables-missing': { tables: string[] }
  /** What the steps may take is more than the runbook's window. */
  'window-short': { needsSeconds: number; withinSeconds: number }
}

/** What of the catalogue makes the server refuse a statement. */
export type RefusalReason =
  | 'default-left'
  | 'key-needed'
  | 'partition-key'
  | 'partition-key-left'
  | 'partitioned'

export type UnfitReason =
  | 'inside-transaction'
  | 'transaction-control'
  | 'not-sql'
  | 'session-setting'
  | 'search-path'
  | 'temporary-gone'
  | 'copy-from-stdin'
  | 'concurrently-in-down'
  | 'history-early'
  | 'index-unnamed'
  | 'outside-in-program'
  | 'apart-in-program'

/**
 * Why an assembly gives no way down: the tool made no script of it (`says`: its own sentence, null where a server's words
 * are in it), or a statement of it cannot be run. Without one, there is no file.
 */
export type DownFault = { says: string | null } | { statement: string; unfit: UnfitReason }
