import type { SessionSettings } from '../adapters/postgres/session-settings.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import type { Kind } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { At } from './step-kind.ts'
import { sqlProblem } from '../adapters/postgres/sql-error.ts'
import type { TimeLimit } from '../domain/sql-error.ts'
import { ownStatementTimeout } from '../adapters/postgres/session-settings.ts'
import { failed } from '../domain/outcome.ts'
import { cancelled } from './cancelled.ts'

/**
 * Works on a session of its own, whose identity was asserted, and ends it. A step that is told to stop loses the
 * session: what the server still does for it, it does without effect, or the next fence ends it.
 */
export async function onTarget<Facts>(
  at: Pick<At<Kind>, 'world' | 'signal' | 'run' | 'step'>,
  work: (session: TargetSession) => Promise<Outcome<Facts>>,
  settings?: SessionSettings,
): Promise<Outcome<Facts>> {
  const connected = await at.world.target.connect(settings ? { settings } : {})
  if (!connected.ok) return failed(connected.problem)
  const session = connected.value
  const began = performance.now()
  const leave = () => void session.end()
  at.signal.addEventListener('abort', leave, { once: true })
  try {
    return at.signal.aborted ? cancelled(at) : await work(session)
  } catch (error) {
    if (at.signal.aborted) return cancelled(at)
    const limit = limitOf(settings?.statementTimeout, performance.now() - began)
    return failed(sqlProblem(error, { host: at.world.target.address.host, during: at.step.kind, limit }))
  } finally {
    at.signal.removeEventListener('abort', leave)
    await session.end()
  }
}

/** Several statements may have taken the whole of it: only one that had no such time was not ended by its limit. */
const limitOf = (milliseconds: number | undefined, took: number): TimeLimit => ({
  seconds: (milliseconds ?? ownStatementTimeout) / 1000,
  key: milliseconds === undefined ? null : 'window.statementTimeout',
  isOver: took < (milliseconds ?? ownStatementTimeout) * 0.99 ? false : null,
})

/** Counting rows and making statistics read whole tables: they get the time that the migration gets. */
export const patient = (at: Pick<At<Kind>, 'run'>): SessionSettings => ({
  statementTimeout: at.run.plan.approved.runbook.window.statementTimeout,
})
