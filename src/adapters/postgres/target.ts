import type pg from 'pg'
import type { Identity } from '../../domain/identity.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { connect } from './connect.ts'
import { sqlProblem } from './sql-error.ts'

/** Where a target is. The URL is a secret and stays in memory. */
export interface TargetAddress {
  url: string
  /** The environment variable that it came from: how messages name it. */
  variable: string
  /** Host and port, for people. */
  host: string
  database: string
}

/** A direct connection to the target, its identity asserted before anything else was said. */
export interface TargetSession {
  client: pg.Client
  pid: number
  backendStart: string
  identity: Identity
  serverVersion: string
  /** Settles when the connection is gone without `end` having been called. */
  lost: Promise<{ code: string }>
  end: () => Promise<void>
}

/** How sessions of one run (or one plan) reach their target. */
export interface Target {
  address: TargetAddress
  /** `application_name` of every session: `lockkeeper:RUN`. The fence finds what a dead process left by it. */
  applicationName: string
  /** Null while a plan is being made; from then on each session is refused when the server is another one. */
  expected: Identity | null
  /** Same address, another database of the same server (closing and opening are issued from there). */
  connect: (options?: ConnectOptions) => Promise<Result<TargetSession>>
}

export interface ConnectOptions {
  database?: string
  settings?: SessionSettings
  /** The session is asked every few seconds; one that no longer answers is `lost`. */
  heartbeat?: boolean
}

/** Times in milliseconds. Without a value the bot's careful defaults apply (see `session-settings.ts`). */
export interface SessionSettings {
  lockTimeout?: number
  statementTimeout?: number
  /** Longest time between two statements of a transaction; then the server ends the session and gives its locks back. */
  idleInTransactionTimeout?: number
  /** What unqualified names mean; default: the catalogue alone. */
  searchPath?: string
  readOnly?: boolean
}

/**
 * How sessions reach a target.
 * @param applicationName `lockkeeper:RUN`; at most 63 bytes, PostgreSQL cuts what is longer.
 * @param expected the identity that was planned; null while a plan is being made.
 */
export function makeTarget(
  address: TargetAddress,
  applicationName: string,
  expected: Identity | null,
): Target {
  if (Buffer.byteLength(applicationName) > 63)
    throw new Error('the application name is too long for PostgreSQL')
  return {
    address,
    applicationName,
    expected,
    connect: (options = {}) => connect(address, applicationName, expected, options),
  }
}

/**
 * Opens a session, works in it and ends it. A server's error or a lost connection becomes a problem.
 * @param during what is done, in a word or two, for a session that is lost.
 */
export async function withSession<T>(
  target: Target,
  during: string,
  work: (session: TargetSession) => Promise<T>,
  options: ConnectOptions = {},
): Promise<Result<T>> {
  const opened = await target.connect(options)
  if (!opened.ok) return opened
  try {
    return ok(await work(opened.value))
  } catch (error) {
    return failure(sqlProblem(error, { host: target.address.host, during }))
  } finally {
    await opened.value.end()
  }
}

/**
 * The address that an environment variable holds. Fails with `target-unset` and `target-url-bad`.
 * @param database the name that the runbook gives; the URL names the same one or none.
 */
export function targetAddress(
  variable: string,
  database: string,
  environment: Readonly<Record<string, string | undefined>>,
): Result<TargetAddress> {
  const url = environment[variable]
  if (!url) return failure({ code: 'target-unset', variable })
  if (!URL.canParse(url)) return failure({ code: 'target-url-bad', variable, why: 'not-a-url' })
  const { protocol, hostname, port, pathname, searchParams } = new URL(url)
  if (!['postgres:', 'postgresql:'].includes(protocol)) {
    return failure({ code: 'target-url-bad', variable, why: 'not-postgres' })
  }
  const named = decodeURIComponent(pathname.slice(1))
  if (named && named !== database) return failure({ code: 'target-url-bad', variable, why: 'other-database' })
  const name = decodeURIComponent(hostname) || searchParams.get('host') || 'localhost'
  return ok({ url, variable, host: `${name}:${port || '5432'}`, database })
}
