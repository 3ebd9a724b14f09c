import { setTimeout as pause } from 'node:timers/promises'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { Session } from '../../domain/session.ts'
import { fence, terminateBackend } from './fence.ts'
import { selectSessions } from './sessions.ts'
import { sqlProblem } from './sql-error.ts'
import type { Target } from './target.ts'
import type { TargetSession } from './target-session.ts'

/**
 * The session advisory lock that a run holds on its target, `LOCKKEEP` in ASCII as a bigint. It is the same in every
 * installation: another bot or a laptop sees it. By hand: `select pg_try_advisory_lock(5498687660707104080)`.
 */
export const claimKey = 0x4c4f434b4b454550n.toString()

/** How long a backend that a dead process of this very run left is waited for. */
const takeWithin = 15_000

/**
 * Takes the claim on a target and then fences: every other session with this application name is ended and waited out,
 * so that nothing of a dead process still writes when the world is looked at. The session's `lost` settles when the claim
 * is gone, at the latest 80 s after its last answer.
 * Fails with `target-taken`, `fence-held`, and what connecting fails with.
 */
export async function claimTarget(
  target: Target,
): Promise<Result<{ session: TargetSession; fenced: number }>> {
  const opened = await target.connect({ heartbeat: true })
  if (!opened.ok) return opened
  const session = opened.value
  try {
    const taken = await takeLock(session, target.applicationName)
    const fenced = taken.ok ? await fence(session.client) : taken
    if (!fenced.ok) {
      await session.end()
      return fenced
    }
    return ok({ session, fenced: fenced.value.fenced + (taken.ok ? taken.value.ended : 0) })
  } catch (error) {
    await session.end()
    return failure(sqlProblem(error, { host: target.address.host, during: 'claim' }))
  }
}

/** A holder with our own application name is this run's former life: it is ended. Anybody else keeps the lock. */
async function takeLock(session: TargetSession, applicationName: string): Promise<Result<{ ended: number }>> {
  const until = performance.now() + takeWithin
  const ended = new Set<string>()
  while (!(await tryLock(session))) {
    const holder = await claimHolder(session)
    if (holder) {
      if (holder.application !== applicationName) return failure({ code: 'target-taken', by: nameOf(holder) })
      if (performance.now() > until) {
        return failure({ code: 'fence-held', pids: [holder.pid], seconds: takeWithin / 1000 })
      }
      await terminateBackend(session.client, holder.pid, holder.backendStart)
      ended.add(`${holder.pid} ${holder.backendStart}`)
    }
    await pause(25)
  }
  return ok({ ended: ended.size })
}

async function tryLock({ client }: TargetSession): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_catalog.pg_try_advisory_lock($1::bigint) as locked',
    [claimKey],
  )
  return rows[0]!.locked
}

/** Who holds the claim, if anybody does: advisory locks are of one database, and a bigint key is shown in two halves. */
export async function claimHolder({ client }: TargetSession): Promise<Session | undefined> {
  const holders = await selectSessions(
    client,
    `pid = (select pid from pg_catalog.pg_locks
            where locktype = 'advisory' and granted and objsubid = 1
              and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
              and (classid::bigint << 32) | objid::bigint = $1::bigint
            limit 1)`,
    [claimKey],
  )
  return holders[0]
}

const nameOf = ({ application, role, client, pid }: Session): string =>
  `${application || 'a session'} (${role}, ${client}, PID ${pid})`
