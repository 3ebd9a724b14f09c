import type { WatchedCode, WatchedProblem, WatchedQuestion } from '../../domain/cause-rules.ts'
import { choiceWhenGone, watchedIn, whenGone } from '../../domain/cause.ts'
import type { Problems } from '../../domain/problem.ts'
import type { Question, Questions } from '../../domain/question.ts'
import type { Gate } from '../../domain/run.ts'
import { bold, clock, code, say, text, type Line, type Part } from '../../domain/view.ts'
import { choiceName } from '../words/choice-names.ts'
import { joined, listed } from '../words/line.ts'
import type { Standing } from './standing.ts'

/** That a cause is gone, as a condition ("when …") and as what happened ("… at 03:04:12"). */
interface Gone {
  when: Line
  happened: Line
}

const everybody: Gone = { when: ['no session is left'], happened: ['All sessions left'] }
const answers: Gone = {
  when: ['the database server answers'],
  happened: ['The database server answered again'],
}
const healthy = ({ service }: { service: string }): Gone => ({
  when: say`${code(service)} is healthy`,
  happened: say`${code(service)} became healthy`,
})
const room = ({ folder }: { folder: string }): Gone => ({
  when: say`${code(folder)} has enough free space`,
  happened: say`${code(folder)} had enough free space`,
})

/** Words for each cause that is looked at: a code without words does not compile. */
const words: { [C in WatchedProblem]: (problem: Problems[C]) => Gone } & {
  [C in WatchedQuestion]: (question: Questions[C]) => Gone
} = {
  'sessions-left': () => everybody,
  'sessions-came-back': () => everybody,
  'sessions-unended': () => everybody,
  'sessions-entering': () => ({
    when: ['the sessions that are connecting are gone'],
    happened: ['The sessions that were connecting left'],
  }),
  'prepared-transactions': () => ({
    when: ['no prepared transaction is left'],
    happened: ['The prepared transactions ended'],
  }),
  'lock-timeout': ({ blockers }) => ({
    when: say`${blockers.length === 1 ? 'the session' : 'no session'} that held the lock ${blockers.length === 1 ? 'has released it' : 'holds it any more'}`,
    happened: ['The lock was released'],
  }),
  'dump-running': ({ pid }) => ({
    when: say`the dump (PID ${String(pid)}) has ended`,
    happened: say`The dump (PID ${String(pid)}) ended`,
  }),
  'wraparound-vacuum': ({ table }) => ({
    when: say`the vacuum of ${code(table)} has ended`,
    happened: say`The vacuum of ${code(table)} ended`,
  }),
  'service-will-not-stop': ({ service }) => ({
    when: say`${code(service)} has stopped`,
    happened: say`${code(service)} stopped`,
  }),
  'service-state-unknown': ({ service }) => ({
    when: say`the state of ${code(service)} can be read`,
    happened: say`The state of ${code(service)} could be read`,
  }),
  'service-still-answers': ({ service, url }) => ({
    when: say`nobody answers at ${code(url)}`,
    happened: say`${code(service)} stopped answering`,
  }),
  unhealthy: healthy,
  'service-ended': healthy,
  'disk-short': room,
  'backup-folder': room,
  'target-unreachable': () => answers,
  'session-lost': () => answers,
  'target-refused': () => ({
    when: ['the database server accepts the connection'],
    happened: ['The database server accepted the connection'],
  }),
  'target-missing': ({ database }) => ({
    when: say`${code(database)} exists`,
    happened: say`${code(database)} existed`,
  }),
  'target-in-recovery': ({ host }) => ({
    when: say`${code(host)} is out of recovery`,
    happened: say`${code(host)} came out of recovery`,
  }),
  'target-is-another': ({ planned }) => ({
    when: say`the planned server (${code(planned)}) answers`,
    happened: say`The planned server (${code(planned)}) answered`,
  }),
  'target-taken': () => ({
    when: ['the database is no longer held by somebody else'],
    happened: ['The database was released by who held it'],
  }),
  'fence-held': () => ({
    when: ['the sessions of the earlier attempt have ended'],
    happened: ['The sessions of the earlier attempt ended'],
  }),
  'monitoring-missing': ({ role }) => ({
    when: say`${code(role)} may see all sessions`,
    happened: say`${code(role)} was allowed to see all sessions`,
  }),
}

/** Null: nobody looks at this question. */
function goneWords(question: Question): Gone | null {
  const codes = watchedIn(question)
  const each = codes.map((one, i) => {
    const facts =
      question.code === 'step-failed'
        ? question.problem
        : question.code === 'new-blockers'
          ? question.problems[i]
          : question
    // A code and its facts belong together; TypeScript cannot follow a lookup by union.
    return (words as Record<WatchedCode, (facts: unknown) => Gone>)[one](facts)
  })
  if (each.length === 0) return null
  return {
    when: listed(each.map(({ when }) => when)),
    happened: joined(
      each.map(({ happened }) => happened),
      '; ',
    ),
  }
}

/** What the newest look found, and what happens when the cause goes away. */
export function causeParts(gate: Gate, { run, record }: Standing): Part[] {
  const gone = goneWords(gate.question)
  const then = whenGone(run, record, gate)
  if (!gone || !then) return []
  const choice = bold(choiceName(choiceWhenGone(gate.question)))
  const { looked } = gate
  if (looked?.cause === 'gone')
    return [text(say`${gone.happened} at ${clock(looked.since)}. ${choice} is possible now.`)]
  const does = then === 'goes-on' ? say`the run goes on without an answer` : say`this message says so`
  return [text(say`Lockkeeper checks every few seconds: when ${gone.when}, ${does}.`)]
}

/** `Waiting for a decision since 15:52:31. Sessions checked at 15:58:22.` */
export function waitingLine({ question, openedAt, looked }: Gate): Line {
  const waiting = say`Waiting for a decision since ${clock(openedAt)}.`
  if (!looked || watchedIn(question).length === 0) return waiting
  const what = looked.sessions ? 'Sessions checked' : 'Checked'
  return looked.cause === 'unseen'
    ? say`${waiting} The check at ${clock(looked.at)} failed.`
    : say`${waiting} ${what} at ${clock(looked.at)}.`
}

/** For a gate that Lockkeeper answered: `All sessions left at 03:04:12`. */
export const happenedLine = ({ question, answeredAt, openedAt }: Gate): Line =>
  say`${goneWords(question)?.happened ?? 'The cause was gone'} at ${clock(answeredAt ?? openedAt)}`
