import type { SessionSettings, TargetSession } from '../adapters/postgres/target.ts'
import type { Kind } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { At } from './step-kind.ts'
import { sqlProblem } from '../adapters/postgres/sql-error.ts'
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
  const leave = () => void session.end()
  at.signal.addEventListener('abort', leave, { once: true })
  try {
    return at.signal.aborted ? cancelled(at) : await work(session)
  } catch (error) {
    if (at.signal.aborted) return cancelled(at)
    return failed(sqlProblem(error, { host: at.world.target.address.host, during: at.step.kind }))
  } finally {
    at.signal.removeEventListener('abort', leave)
    await session.end()
  }
}

/** Counting rows and making statistics read whole tables: they get the time that the migration gets. */
export const patient = (at: Pick<At<Kind>, 'run'>): SessionSettings => ({
  statementTimeout: at.run.plan.approved.runbook.window.statementTimeout,
})
