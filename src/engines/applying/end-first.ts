import { endSession, isThere, selectSessions } from '../../adapters/postgres/sessions.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { failed, type Outcome } from '../../domain/outcome.ts'
import type { SessionMark } from '../../domain/session.ts'

/**
 * Ends the sessions that a person ticked, one by one. One that left or began another transaction meanwhile is let be: if
 * it is in the way it is named again. Null: go on.
 */
export async function endFirst(session: TargetSession, marks: SessionMark[]): Promise<Outcome<never> | null> {
  for (const mark of marks) {
    const ended = await endSession(session, mark)
    if (ended !== 'not-permitted' && ended !== 'still-there') continue
    if (!(await isThere(session.client, mark))) continue
    const sessions = await selectSessions(session.client, 'pid = $1', [mark.pid])
    return failed({ code: 'sessions-unended', sessions, why: ended })
  }
  return null
}
