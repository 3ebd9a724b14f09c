import type pg from 'pg'
import type { Identity } from '../../domain/identity.ts'
import type { Result } from '../../domain/result.ts'

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
  end(): Promise<void>
}

/** How sessions of one run (or one plan) reach their target. */
export interface Target {
  address: TargetAddress
  /** `application_name` of every session: `lockkeeper:RUN`. The fence finds what a dead process left by it. */
  applicationName: string
  /** Null while a plan is being made; from then on each session is refused when the server is another one. */
  expected: Identity | null
  /** Same address, another database of the same server (closing and opening are issued from there). */
  connect(options?: { database?: string; settings?: SessionSettings }): Promise<Result<TargetSession>>
}

/** Milliseconds. Without a value the bot's careful defaults apply (see the implementation). */
export interface SessionSettings {
  lockTimeout?: number
  statementTimeout?: number
  /** Longest time between two statements of a transaction. */
  idleInTransactionTimeout?: number
  /** What unqualified names mean; default: the catalogue alone. */
  searchPath?: string
  readOnly?: boolean
}

/** From the environment variable that the runbook names. Fails with `target-unset`, `target-url-bad`. */
export function targetAddress(
  _variable: string,
  _database: string,
  _environment: Readonly<Record<string, string | undefined>>,
): Result<TargetAddress> {
  throw new Error('not yet')
}

export function makeTarget(_address: TargetAddress, _applicationName: string, _expected: Identity | null): Target {
  throw new Error('not yet')
}
