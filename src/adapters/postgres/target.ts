import type { Identity } from '../../domain/identity.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { connect } from './connect.ts'
import { sqlProblem } from './sql-error.ts'
import type { TargetAddress } from './target-address.ts'
import type { ConnectOptions, TargetSession } from './target-session.ts'

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
