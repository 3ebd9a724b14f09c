import type { EndedSession, Session } from '../domain/session.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Done } from '../domain/step.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import type { At, StepKind } from './step-kind.ts'
import { entering } from '../adapters/postgres/entering.ts'
import { preparedTransactions } from '../adapters/postgres/facts.ts'
import { whoAmI } from '../adapters/postgres/roles.ts'
import { canSeeSessions, listSessions } from '../adapters/postgres/sessions.ts'
import { done, failed } from '../domain/outcome.ts'
import { answerBefore, askedBefore, failedBefore, sessionsShown } from './asked.ts'
import { cancelled, pause } from './cancelled.ts'
import { onTarget } from './on-target.ts'
import { endTicked, isSame, marksOf } from './ticked.ts'

/**
 * Waits until nobody is left in the database. Who stays is shown; who was ticked is ended, session by session, as the
 * person saw it. What began another transaction meanwhile is not touched, and shown again.
 */
export const drain: StepKind<'drain'> = {
  /** After a death nobody knows which of the ticked ones were ended: whoever is still there is shown again. */
  async resume(at) {
    const marks = marksOf(answerBefore(at))
    if (marks.length === 0) return 'not done'
    const looked = await onTarget(at, async ({ client }) => done(await listSessions(client)))
    if (looked.status !== 'done') return looked
    const still = looked.facts.some((session) => marks.some((mark) => isSame(session, mark)))
    return still ? ask(looked.facts, endedBefore(at), []) : 'not done'
  },

  perform: (at, answer) =>
    onTarget(at, async (session) => {
      const { client } = session
      if (!(await canSeeSessions(client)))
        return failed({ code: 'monitoring-missing', role: await whoAmI(client) })
      const marks = marksOf(answer)
      const { ended, changed, notPermitted, stillThere } = await endTicked(session, marks)
      const all = [...endedBefore(at), ...ended.map(named)]
      if (notPermitted.length > 0)
        return failed({ code: 'sessions-unended', sessions: notPermitted, why: 'not-permitted', ended: all })
      if (stillThere.length > 0)
        return failed({ code: 'sessions-unended', sessions: stillThere, why: 'still-there', ended: all })
      if (changed.length > 0) return ask(await listSessions(client), all, changed)
      return untilEmpty(at, session, all, marks.length > 0)
    }),
}

/** Milliseconds between two looks: at somebody who is still there, and to see once more that nobody is. */
const lookEvery = 100
const lookAgain = 10

/**
 * Empty means: nobody is being let in, then no session of any kind and no prepared transaction; twice, one look after
 * the other. A session that was let in before the close may be listed seconds after it, and a time of quiet would miss it.
 */
async function untilEmpty(
  at: At<'drain'>,
  { client }: TargetSession,
  ended: EndedSession[],
  afterEnding: boolean,
): Promise<Outcome<Done['drain']>> {
  const limit = at.with.seconds * 1000
  const began = performance.now()
  const seen = new Map<string, Session>()
  let empty = 0
  for (;;) {
    const coming = await entering(client)
    const sessions = await listSessions(client)
    const transactions = await preparedTransactions(client)
    const now = performance.now()
    for (const session of sessions) seen.set(`${session.pid} ${session.backendStart}`, session)
    at.progress({ done: seen.size - sessions.length, of: seen.size, unit: 'sessions', at: null })
    empty = coming.length + sessions.length + transactions.length > 0 ? 0 : empty + 1
    if (empty === 2)
      return done({ seconds: (now - began) / 1000, left: seen.size, ended, endedBy: whoEnded(at, ended) })
    if (empty === 0 && now - began >= limit) {
      const back = afterEnding ? cameBack(at, sessions) : []
      if (back.length > 0) return failed({ code: 'sessions-came-back', sessions: back, ended })
      if (sessions.length > 0) return ask(sessions, ended, [])
      return transactions.length > 0
        ? failed({ code: 'prepared-transactions', transactions })
        : failed({ code: 'sessions-entering', pids: coming, seconds: at.with.seconds })
    }
    if (!(await pause(empty === 1 ? lookAgain : lookEvery, at.signal))) return cancelled(at)
  }
}

/** Clients that nobody saw when sessions were ticked: they entered a closed database, and would again. */
function cameBack(at: At<'drain'>, sessions: Session[]): Session[] {
  const shown = sessionsShown(at)
  return sessions.filter((s) => s.backendType === 'client backend' && !shown.some((one) => isSame(one, s)))
}

/** Who ticked the last of those that were ended. */
const whoEnded = ({ record, step }: At<'drain'>, ended: EndedSession[]): string | null =>
  ended.length === 0
    ? null
    : (record.findLast((a) => a.step === step.id && a.answer?.choice === 'terminate')?.answer?.by ?? null)

const ask = (sessions: Session[], endedSoFar: EndedSession[], changed: Session[]): Outcome<never> => ({
  status: 'asks',
  question: {
    code: 'sessions-left',
    sessions,
    ended: endedSoFar.length,
    changed,
    endedSoFar,
    choices: ['terminate', 'wait', 'back-out'],
  },
})

/** By the attempts before this one, each of which says so of all before it. */
function endedBefore(at: At<'drain'>): EndedSession[] {
  const problem = failedBefore(at)
  if (problem?.code === 'sessions-came-back' || problem?.code === 'sessions-unended')
    return problem.ended ?? []
  return askedBefore(at, 'sessions-left')?.endedSoFar ?? []
}

const named = ({ pid, role, application }: Session): EndedSession => ({ pid, role, application })
