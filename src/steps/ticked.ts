import type { Answer } from '../domain/question.ts'
import type { Session, SessionMark } from '../domain/session.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import { endSession, listSessions } from '../adapters/postgres/sessions.ts'

/** What became of the sessions that a person ticked. */
interface Ended {
  ended: Session[]
  /** They began another transaction since, or are another session: not touched, as they are now. */
  changed: Session[]
  notPermitted: Session[]
  stillThere: Session[]
}

/** The sessions that were ticked, from an answer that ends sessions; others tick none. */
export function marksOf(answer: Answer | null): SessionMark[] {
  if (answer?.choice !== 'terminate') return []
  const given = answer.with as { sessions?: SessionMark[] } | null | undefined
  return given?.sessions ?? []
}

/** The same backend: a PID alone is used again. */
export const isSame = (a: Omit<SessionMark, 'xactStart'>, b: Omit<SessionMark, 'xactStart'>): boolean =>
  a.pid === b.pid && a.backendStart === b.backendStart

/** Ends exactly these, one statement each, and waits for each to disappear. Who had left by itself is not among them. */
export async function endTicked(session: TargetSession, marks: readonly SessionMark[]): Promise<Ended> {
  const ended: Ended = { ended: [], changed: [], notPermitted: [], stillThere: [] }
  for (const mark of marks) {
    const shown = (await listSessions(session.client)).find((s) => isSame(s, mark))
    if (!shown) continue
    const as = await endSession(session, mark)
    if (as === 'ended') ended.ended.push(shown)
    if (as === 'changed') ended.changed.push(shown)
    if (as === 'not-permitted') ended.notPermitted.push(shown)
    if (as === 'still-there') ended.stillThere.push(shown)
  }
  return ended
}
