import { markSetting } from './identity.ts'

/** Times in milliseconds. Without a value the bot's careful defaults apply. */
export interface SessionSettings {
  lockTimeout?: number
  statementTimeout?: number
  /** Longest time between two statements of a transaction; then the server ends the session and gives its locks back. */
  idleInTransactionTimeout?: number
  /** What unqualified names mean; default: the catalogue alone. */
  searchPath?: string
  readOnly?: boolean
}

/** Milliseconds that a statement of our own may take; no runbook sets it. */
export const ownStatementTimeout = 60_000

/**
 * Milliseconds. A lock that is not there within 2 s is reported, not waited for; a statement of our own reads catalogues
 * and counts rows; nothing of ours thinks inside of a transaction, so a frozen bot gives its locks back after 2 s
 * (measured: a reader behind a frozen migrator waited 1.6 s instead of 6.6 s).
 */
const defaults = {
  lockTimeout: 2_000,
  statementTimeout: ownStatementTimeout,
  idleInTransactionTimeout: 2_000,
  searchPath: 'pg_catalog, pg_temp',
  readOnly: false,
} satisfies Required<SessionSettings>

/**
 * Settings as options of the startup packet: they hold before the first statement. Only what every server since 9.6
 * knows; an unknown one would refuse the connection. Keepalives: a client that is gone without a word is noticed after
 * about 25 s instead of the kernel's 2 h.
 */
export function startupOptions(settings: SessionSettings, mark: string): string {
  const { lockTimeout, statementTimeout, idleInTransactionTimeout, searchPath, readOnly } = {
    ...defaults,
    ...settings,
  }
  const options: Record<string, string | number> = {
    search_path: searchPath,
    lock_timeout: lockTimeout,
    statement_timeout: statementTimeout,
    idle_in_transaction_session_timeout: idleInTransactionTimeout,
    default_transaction_read_only: readOnly ? 'on' : 'off',
    default_transaction_isolation: 'read committed',
    tcp_keepalives_idle: 10,
    tcp_keepalives_interval: 5,
    tcp_keepalives_count: 3,
    [markSetting]: mark,
  }
  return Object.entries(options)
    .map(([name, value]) => `-c ${name}=${escapeOption(String(value))}`)
    .join(' ')
}

/** Inside of `options` a space ends an argument unless a backslash stands before it. */
export const escapeOption = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll(' ', '\\ ')
