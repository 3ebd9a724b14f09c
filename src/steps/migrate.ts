import type { Applying } from '../engines/engine.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Done } from '../domain/step.ts'
import type { Prepared } from '../domain/script.ts'
import type { Reached } from '../domain/reached.ts'
import type { Answer } from '../domain/question.ts'
import type { Choice } from '../domain/choice.ts'
import type { At, StepKind } from './step-kind.ts'
import { countRows, readTables } from '../adapters/postgres/catalog.ts'
import { currentLsn } from '../adapters/postgres/facts.ts'
import { listSessions } from '../adapters/postgres/sessions.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { hasMigrated, presentRoute } from '../domain/route.ts'
import { onTarget } from './on-target.ts'
import { isSame, marksOf } from './ticked.ts'
import { acceptedLoss } from './loss.ts'

/**
 * The engine moves the database, in a fenced session. Where the history stands is read first, every time: what is done
 * already is never done twice.
 */
export const migrate: StepKind<'migrate'> = {
  /** Called after the fence: what a dead process had begun is committed by now, or never will be. */
  async resume(at) {
    const prepared = preparedFor(at)
    const reached = await at.world.engine.reconcile(at.world.target, prepared.move)
    if ('at' in reached) return reached.at === 'to' ? reconciled(at, prepared) : 'not done'
    const began = at.record.findLast((a) => a.step === at.step.id)?.beganAt ?? at.run.startedAt
    const choices: Choice[] = ['retry', 'back-out', 'leave']
    return { status: 'asks', question: { code: 'had-begun', began, choices }, reached }
  },

  async perform(at, answer) {
    const prepared = preparedFor(at)
    const { engine, target } = at.world
    const reached = await engine.reconcile(target, prepared.move)
    if ('at' in reached && reached.at === 'to')
      return wasNeverMoved(at) ? unneeded('nothing-migrated') : reconciled(at, prepared)
    const moved = await move(at, prepared, answer)
    if (moved.status !== 'failed' && moved.status !== 'asks') return moved
    // Migrations commit one by one: which way back there is depends on how far it came.
    return { ...moved, reached: unfenced(moved, await engine.reconcile(target, prepared.move)) }
  },
}

/** What is seen while a session of ours may be there still: one that has not committed yet may do so after the look. */
function unfenced(moved: Outcome, seen: Reached): Reached {
  if (moved.status !== 'failed' || !('at' in seen) || seen.at === 'to') return seen
  const { code } = moved.problem
  return code === 'session-lost' || code === 'fence-held' ? { unknown: code } : seen
}

async function move(
  at: At<'migrate'>,
  prepared: Prepared,
  answer: Answer | null,
): Promise<Outcome<Done['migrate']>> {
  const inTheWay = await sessionsBut(at, answer)
  if (inTheWay.status !== 'done') return inTheWay
  if (inTheWay.facts.length > 0) return failed({ code: 'sessions-came-back', sessions: inTheWay.facts })
  const { window } = at.run.plan.approved.runbook
  const applying: Applying = {
    signal: at.signal,
    progress: at.progress,
    onLine: (line) => at.output(prepared.program?.by ?? 'scripts').line(line),
    lockTimeout: window.lockTimeout,
    lockAttempts: window.lockAttempts,
    statementTimeout: window.statementTimeout,
    endFirst: marksOf(answer),
    accepted: acceptedLoss(at.record, at.step),
  }
  return at.world.engine.apply(at.world.target, prepared, applying)
}

/** A plan that has a step to migrate has the scripts for it. */
function preparedFor(at: At<'migrate'>): Prepared {
  const prepared = at.run.plan.approved.prepared?.[at.with.direction]
  if (!prepared) throw new Error(`${at.run.id} has nothing prepared to go ${at.with.direction}`)
  return prepared
}

/** On the way back from a move whose outcome nobody knew: it never took effect. */
const wasNeverMoved = ({ run, record }: At<'migrate'>): boolean =>
  presentRoute(record) === 'roll-back' && !hasMigrated(run.plan.approved.routes, record)

/** Committed by a life that could not say so. What it kept is found where it was to be kept. */
function reconciled(
  at: At<'migrate'>,
  { move, keeps, program }: Prepared,
): Promise<Outcome<Done['migrate']>> {
  return onTarget(at, async ({ client }) => {
    const into =
      at.with.accepted === null ? [] : keeps.map((keep) => keep.into.replaceAll('{run}', at.run.id))
    const kept = (await readTables(client, into)).filter((table) => table.exists).map((table) => table.name)
    const saved = kept.length > 0 ? await countRows(client, kept) : []
    const lsn = await currentLsn(client)
    const by = program?.by ?? 'scripts'
    return done({ move, statements: [], by, attempts: 0, seconds: 0, lsn, saved, reconciled: true })
  })
}

/** Nobody may be there; those that a person ticked are ended by the engine right before it begins. */
const sessionsBut = (at: At<'migrate'>, answer: Answer | null) =>
  onTarget(at, async ({ client }) => {
    const sessions = await listSessions(client)
    return done(sessions.filter((session) => !marksOf(answer).some((mark) => isSame(session, mark))))
  })
