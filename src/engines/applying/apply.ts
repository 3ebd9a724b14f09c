import { currentLsn, exclusiveHolders } from '../../adapters/postgres/facts.ts'
import { sqlProblem, sqlstateOf } from '../../adapters/postgres/sql-error.ts'
import type { SessionSettings } from '../../adapters/postgres/session-settings.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { done, failed, type Outcome } from '../../domain/outcome.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Prepared, Unit } from '../../domain/script.ts'
import type { Done } from '../../domain/step.ts'
import { runAlone } from './alone.ts'
import { backOff } from './back-off.ts'
import { endFirst } from './end-first.ts'
import type { Applying } from '../engine.ts'
import { findHistory, historyUnlike, type History, readHistory } from '../history.ts'
import { readMarks } from '../parts.ts'
import { lockTimeoutOf } from './lock-timeout.ts'
import { controlSessionOf } from './control-session.ts'
import { runTransaction } from './transaction.ts'
import { fenceWorking, hasCommitted } from './in-doubt.ts'
import { statesOf, type UnitAt, unitsAt } from '../unit-at.ts'
import { commandOfUnit } from '../units.ts'
import { cancelled, type Ran, settingsOf, type Work } from './run-statement.ts'

type Applied = Outcome<Done['migrate']>
type Conflict = Extract<Ran, { did: 'conflict' }>

/**
 * Runs the scripts of a move, each unit until it committed, from where the history stands: what is done already is not
 * done again. Where there was any doubt, what it says was read from the history after its own backend was gone.
 * Asks `loss-grew`; fails with `lock-timeout`, `sql-error`, `history-unlike`, `index-invalid`, `session-lost`,
 * `sessions-unended`, `history-missing`, `cancelled`, and what connecting fails with.
 */
export async function applyScripts(
  target: Target,
  history: History,
  prepared: Prepared,
  at: Applying,
): Promise<Applied> {
  const opened = await target.connect({ heartbeat: true })
  if (!opened.ok) return failed(opened.problem)
  const work: Work = {
    target,
    history,
    prepared,
    at,
    control: controlSessionOf(opened.value),
    conflicts: 0,
    startedAt: performance.now(),
    lsn: null,
    reconciled: false,
    statements: [],
    saved: [],
  }
  try {
    return (await endFirst(opened.value, at.endFirst)) ?? (await applyFromHistory(work))
  } catch (error) {
    if (sqlstateOf(error) === '55P03') return failed(await historyHeld(work))
    return failed(sqlProblem(error, { host: target.address.host, during: 'migrate' }))
  } finally {
    await work.control.session.end()
  }
}

async function applyFromHistory(work: Work): Promise<Applied> {
  const { prepared, history, control } = work
  if (!(await findHistory(control.session.client, history)).found) {
    return failed({ code: 'history-missing', table: history.table })
  }
  const last = (await readHistory(control.session.client, history)).at(-1) ?? null
  const begin = statesOf(prepared).indexOf(last)
  if (begin === -1) return failed(historyUnlike(prepared.move.from, last))
  for (let index = begin; index < prepared.scripts.length; index++) {
    const stopped = await applyScript(work, index)
    if (stopped) return stopped
  }
  if (begin === prepared.scripts.length) work.reconciled = true
  // Only where nothing was left to do, or the answer to the last commit was lost.
  work.lsn ??= await currentLsn(work.control.session.client).catch(() => null)
  return done(facts(work))
}

/** Another migrator (EF's) holds the history table for as long as it runs: nothing was begun beside it. */
async function historyHeld(work: Work): Promise<Problem> {
  const { history, control } = work
  const blockers = await exclusiveHolders(control.session.client, history.table)
  const statement = history.read
  return {
    code: 'lock-timeout',
    statement,
    attempts: 1,
    seconds: secondsOf(work),
    blockers,
    sqlstate: '55P03',
  }
}

/** Units that an earlier try committed are passed over. */
async function applyScript(work: Work, index: number): Promise<Applied | null> {
  const units = unitsAt(work.prepared, index, work.at.accepted)
  const marks = await readMarks(work.control.session.client, units[0]!.script)
  for (const at of units.filter(({ part }) => !marks.done.has(part))) {
    const opened = await work.target.connect({ settings: settingsFor(at.unit, work.at) })
    if (!opened.ok) return failed(opened.problem)
    work.control.cutsToo(opened.value)
    try {
      const stopped = await applyUnit(work, opened.value, at)
      if (stopped) return stopped
    } finally {
      await opened.value.end()
    }
  }
  return null
}

const settingsFor = (unit: Unit, at: Applying): SessionSettings => ({
  ...settingsOf(at),
  lockTimeout: lockTimeoutOf(unit, at.lockTimeout),
})

/** Tries a unit until it committed (null) or is not to be tried again. */
async function applyUnit(work: Work, session: TargetSession, at: UnitAt): Promise<Applied | null> {
  for (;;) {
    const ran =
      at.unit.in === 'transaction'
        ? await runTransaction(work, session, at, at.unit.statements)
        : await runAlone(work, session, at, at.unit)
    if (ran.did === 'commit') {
      work.lsn = ran.lsn ?? work.lsn
      return null
    }
    if (ran.did === 'stop') return afterStop(work, session, ran.outcome)
    if (ran.did === 'lose') return afterLoss(work, session, at, ran)
    work.conflicts++
    if (work.conflicts >= work.at.lockAttempts)
      return afterStop(work, session, failed(lockTimeout(work, at, ran)))
    const { lockTimeout: patience, lockAttempts: of, signal } = work.at
    work.at.progress({ done: work.conflicts, of, unit: 'attempts', at: commandOfUnit(at.unit) })
    if (!(await backOff(patience, work.conflicts, signal)))
      return afterStop(work, session, cancelled(work).outcome)
  }
}

/** Rolled back. Said only once our backend is gone: what is looked at next does not change any more. Else nobody knows. */
async function afterStop(
  work: Work,
  session: TargetSession,
  outcome: Outcome<never>,
): Promise<Outcome<never>> {
  await session.end()
  return (await fenceWorking(work, session))
    ? outcome
    : failed({ code: 'session-lost', host: work.target.address.host, during: 'rollback', errno: 'ETIMEDOUT' })
}

async function afterLoss(
  work: Work,
  session: TargetSession,
  at: UnitAt,
  { during, errno }: Extract<Ran, { did: 'lose' }>,
): Promise<Applied | null> {
  await session.end()
  const committed = await hasCommitted(work, session, at)
  if (committed) {
    work.reconciled = true
    return null
  }
  // Null: nobody knows, and a cancel would claim that nothing was done.
  if (committed === false && work.at.signal.aborted) return cancelled(work).outcome
  return failed({ code: 'session-lost', host: work.target.address.host, during, errno })
}

const lockTimeout = (
  work: Work,
  { before, part }: UnitAt,
  { statement, sqlstate, blockers }: Conflict,
): Problem => ({
  code: 'lock-timeout',
  statement,
  attempts: work.conflicts,
  seconds: secondsOf(work),
  blockers,
  sqlstate,
  ...((before !== work.prepared.move.from || part > 0) && { committed: { last: before } }),
})

function facts(work: Work): Done['migrate'] {
  const { prepared, statements, conflicts, saved, reconciled } = work
  return {
    move: prepared.move,
    statements,
    by: 'scripts',
    attempts: conflicts + 1,
    seconds: secondsOf(work),
    lsn: work.lsn ?? '',
    saved,
    reconciled,
  }
}

const secondsOf = ({ startedAt }: Work): number => Math.round(performance.now() - startedAt) / 1000
