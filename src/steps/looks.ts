import { access, constants } from 'node:fs/promises'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import { freeBytes } from '../adapters/disk.ts'
import { isHealthy } from '../adapters/http.ts'
import { isUp as answersUp } from '../adapters/services/answering.ts'
import { claimHolder } from '../adapters/postgres/claim.ts'
import { entering } from '../adapters/postgres/entering.ts'
import { preparedTransactions, runningDumps } from '../adapters/postgres/facts.ts'
import { canSeeSessions, listSessions, selectSessions } from '../adapters/postgres/sessions.ts'
import { watchedIn } from '../domain/cause.ts'
import type { WatchedCode, WatchedProblem, WatchedQuestion } from '../domain/cause-rules.ts'
import type { Seen } from '../domain/look.ts'
import type { Problems } from '../domain/problem.ts'
import type { Question, Questions } from '../domain/question.ts'
import type { Kind } from '../domain/step.ts'
import { serviceOf } from './services.ts'
import type { At } from './step-kind.ts'
import { isSame } from './ticked.ts'

/** Where a look stands: at the step that asks. */
export type LookingAt = Pick<At<Kind>, 'run' | 'world' | 'signal'>

/** Looks whether the cause of a question is still there. It reads and changes nothing; it never throws. */
export type LookAt = (question: Question, at: LookingAt) => Promise<Seen>

export const lookAt: LookAt = async (question, at) => {
  const codes = watchedIn(question)
  const seen = await Promise.all(codes.map((code, i) => lookAtOne(code, factsOf(question, i), at)))
  const sessions = seen.flatMap((one) => one.sessions ?? [])
  const cause = seen.some((one) => one.cause === 'there')
    ? 'there'
    : seen.length > 0 && seen.every((one) => one.cause === 'gone')
      ? 'gone'
      : 'unseen'
  return { cause, ...(seen.some((one) => one.sessions) && { sessions }) }
}

/** What the `i`th code of a question comes with. */
const factsOf = (question: Question, i: number): unknown =>
  question.code === 'step-failed'
    ? question.problem
    : question.code === 'new-blockers'
      ? question.problems[i]
      : question

async function lookAtOne(code: WatchedCode, facts: unknown, at: LookingAt): Promise<Seen> {
  try {
    // A code and its facts belong together; TypeScript cannot follow a lookup by union.
    return await (looks[code] as (facts: unknown, at: LookingAt) => Promise<Seen>)(facts, at)
  } catch {
    return { cause: 'unseen' }
  }
}

const seenAs = (isThere: boolean): Seen => ({ cause: isThere ? 'there' : 'gone' })

/** In the session that holds the claim, if there is one: it is idle while people are asked. */
async function onServer(
  { world }: LookingAt,
  look: (session: TargetSession) => Promise<Seen>,
): Promise<Seen> {
  const held = world.claim()
  return held ? look(held) : inNewSession(world, look)
}

async function inNewSession(
  world: LookingAt['world'],
  look: (session: TargetSession) => Promise<Seen>,
): Promise<Seen> {
  const opened = await world.target.connect()
  if (!opened.ok) return { cause: 'there' }
  try {
    return await look(opened.value)
  } finally {
    await opened.value.end()
  }
}

/** Whether a session is had as the run needs it: the server answers, lets us in, and is the planned one. */
const isReached = (_: unknown, { world }: LookingAt): Promise<Seen> =>
  inNewSession(world, async () => ({ cause: 'gone' }))

/** As `drain` sees it: nobody is being let in, no session, no prepared transaction. */
const isEmpty = (_: unknown, at: LookingAt): Promise<Seen> =>
  onServer(at, async ({ client }) => {
    const coming = await entering(client)
    const sessions = await listSessions(client)
    const transactions = await preparedTransactions(client)
    return { ...seenAs(coming.length + sessions.length + transactions.length > 0), sessions }
  })

const areIn = (pids: readonly number[], at: LookingAt): Promise<Seen> =>
  onServer(at, async ({ client }) =>
    seenAs((await selectSessions(client, 'pid = any($1)', [pids])).length > 0),
  )

async function isUp(service: string, at: LookingAt): Promise<Seen> {
  const { service: known } = serviceOf(at, service)
  return seenAs(!(await isHealthy(known, at.signal, at.world.environment)))
}

const looks: { [C in WatchedProblem]: (problem: Problems[C], at: LookingAt) => Promise<Seen> } & {
  [C in WatchedQuestion]: (question: Questions[C], at: LookingAt) => Promise<Seen>
} = {
  'sessions-left': isEmpty,
  'sessions-came-back': isEmpty,
  'sessions-unended': isEmpty,
  'prepared-transactions': (_, at) =>
    onServer(at, async ({ client }) => seenAs((await preparedTransactions(client)).length > 0)),
  'sessions-entering': ({ pids }, at) =>
    onServer(at, async ({ client }) => seenAs((await entering(client)).some((pid) => pids.includes(pid)))),
  'lock-timeout': async ({ blockers }, at) => {
    // Who held the lock is not known.
    if (blockers.length === 0) return { cause: 'unseen' }
    return onServer(at, async ({ client }) => {
      const now = await selectSessions(client, 'pid = any($1)', [blockers.map(({ pid }) => pid)])
      const sessions = now.filter((session) =>
        blockers.some((blocker) => isSame(blocker, session) && blocker.xactStart === session.xactStart),
      )
      return { ...seenAs(sessions.length > 0), sessions }
    })
  },
  'dump-running': ({ pid }, at) =>
    onServer(at, async ({ client }) => seenAs((await runningDumps(client)).some((dump) => dump.pid === pid))),
  'wraparound-vacuum': ({ pid }, at) => areIn([pid], at),
  'service-will-not-stop': async ({ service }, at) => {
    const state = await serviceOf(at, service).method.state()
    return state.ok ? seenAs(state.value.instances > 0) : { cause: 'unseen' }
  },
  'service-state-unknown': async ({ service }, at) =>
    seenAs(!(await serviceOf(at, service).method.state()).ok),
  unhealthy: ({ service }, at) => isUp(service, at),
  'service-ended': ({ service }, at) => isUp(service, at),
  'service-still-answers': async ({ service }, at) =>
    seenAs(answersUp(await serviceOf(at, service).method.answering(at.signal))),
  'disk-short': async ({ folder, needs }) => {
    const free = await freeBytes(folder)
    return free.ok ? seenAs(free.value < needs) : { cause: 'unseen' }
  },
  'backup-folder': async ({ errno }, { run, world }) => {
    // Another process makes this very backup.
    if (errno === 'EBUSY') return { cause: 'unseen' }
    const { folder } = world.backups
    const free = await freeBytes(folder)
    const isWritable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    )
    return seenAs(!isWritable || !free.ok || free.value < run.plan.measured.databaseBytes)
  },
  'target-unreachable': isReached,
  'target-refused': isReached,
  'target-missing': isReached,
  'target-in-recovery': isReached,
  'target-is-another': isReached,
  'session-lost': isReached,
  'target-taken': (_, at) =>
    onServer(at, async (session) => {
      const holder = await claimHolder(session)
      return seenAs(holder !== undefined && holder.pid !== session.pid)
    }),
  'fence-held': ({ pids }, at) => areIn(pids, at),
  'monitoring-missing': (_, at) =>
    onServer(at, async ({ client }) => seenAs(!(await canSeeSessions(client)))),
}
