import { currentLsn, exclusiveHolders } from '../../adapters/postgres/facts.ts'
import { fence, namesakes } from '../../adapters/postgres/fence.ts'
import { escapeOption } from '../../adapters/postgres/session-settings.ts'
import { cancelledState, sqlProblem, sqlstateOf } from '../../adapters/postgres/sql-error.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import type { EfEnded, EfSaid } from '../../adapters/dotnet-ef.ts'
import { done, failed, type Outcome } from '../../domain/outcome.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Prepared, Program } from '../../domain/script.ts'
import type { Session } from '../../domain/session.ts'
import type { Done } from '../../domain/step.ts'
import { applyScripts } from '../applying/apply.ts'
import { backOff } from '../applying/back-off.ts'
import { endFirst } from '../applying/end-first.ts'
import type { Applying } from '../engine.ts'
import { findHistory, historyUnlike, type History, readHistory } from '../history.ts'
import { sampleSessions } from '../applying/sampling.ts'
import { statesOf } from '../unit-at.ts'
import { errorOf, onHistory } from './failed-command.ts'
import { keepBefore } from './keep-before.ts'
import { holds, runProgram } from './program.ts'
import type { Project } from './project.ts'
import { watchLines, type Watched } from './watch-lines.ts'
import { blockersOfOthers } from './blockers.ts'

type Applied = Outcome<Done['migrate']>

/** One call, from its first session to its last. */
interface Work {
  target: Target
  history: History
  project: Project
  prepared: Prepared
  program: Program
  at: Applying
  /** Beside the program, all the time. */
  beside: TargetSession
  /** Backends of this run that are not the program's: its claim, and the one beside. */
  ours: number[]
  watched: Watched
  saved: Done['migrate']['saved']
  startedAt: number
}

/**
 * Runs a bundle or the tool until the history stands where it shall. `lock_timeout` and the run's name reach its sessions
 * by PGOPTIONS. Each migration commits by itself (EF Core 10), so after whatever went wrong its backends are ended and
 * the history is read before anything is said.
 * Asks `loss-grew`; fails with `program-missing`, `program-changed`, `program-failed`, `lock-timeout`, `sql-error`,
 * `session-lost`, `history-unlike`, `history-missing`, `sessions-unended`, `fence-held`, `cancelled`, and as connecting
 * does.
 */
export async function applyProgram(
  project: Project,
  target: Target,
  history: History,
  prepared: Prepared & { program: Program },
  at: Applying,
): Promise<Applied> {
  const held = await holds(prepared.program)
  if (!held.ok) return failed(held.problem)
  const opened = await target.connect({ heartbeat: true, settings: { lockTimeout: at.lockTimeout } })
  if (!opened.ok) return failed(opened.problem)
  const beside = opened.value
  try {
    const ours = [beside.pid, ...(await namesakes(beside.client)).map(({ pid }) => pid)]
    const { program } = prepared
    const watched = watchLines(prepared, at)
    const startedAt = performance.now()
    const work = {
      target,
      history,
      project,
      prepared,
      program,
      at,
      beside,
      ours,
      watched,
      saved: [],
      startedAt,
    }
    return (await endFirst(beside, at.endFirst)) ?? (await applyFromHistory(work))
  } catch (error) {
    return failed(sqlProblem(error, { host: target.address.host, during: 'migrate' }))
  } finally {
    await beside.end()
  }
}

async function applyFromHistory(work: Work): Promise<Applied> {
  const { prepared, history, beside, target, at } = work
  if (!(await findHistory(beside.client, history)).found)
    return failed({ code: 'history-missing', table: history.table })
  const read = await lastOf(work)
  if (read.status !== 'done') return read
  const begin = read.facts
  if (!statesOf(prepared).includes(begin)) return failed(historyUnlike(prepared.move.from, begin))
  const { accepted } = at
  if (accepted !== null && begin === prepared.move.from) {
    const kept = await keepBefore(target, prepared, { ...at, accepted })
    if (kept.status !== 'done') return kept
    // Deleting and going down have to be one transaction, and that is the script's.
    if (kept.facts.deletes) return applyScripts(target, history, prepared, at)
    work.saved = kept.facts.saved
  }
  for (let attempt = 1; ; attempt++) {
    const tried = await tryOnce(work, attempt)
    if (tried) return tried
  }
}

/** Null: a lock was in the way, and it is to be tried again. */
async function tryOnce(work: Work, attempt: number): Promise<Applied | null> {
  const { project, program, prepared, at, beside, ours, watched } = work
  const sampled = sampleSessions(() => blockersOfOthers(beside.client, ours), at.lockTimeout)
  const ran = await runProgram(project, program, {
    to: prepared.move.to,
    options: optionsFor(work),
    signal: at.signal,
    onLine(line) {
      watched.line(line)
      at.onLine(line)
    },
  }).finally(sampled)
  const fenced = await fence(beside.client, { sparing: ours })
  if (!fenced.ok) return failed(fenced.problem)
  const read = await lastOf(work, { last: null })
  if (read.status !== 'done') return read
  const last = read.facts
  if (last === prepared.move.to) return done(await facts(work, attempt, ran))
  if (at.signal.aborted) return failed({ code: 'cancelled', by: '' })
  if (ran.exitCode === 0) return failed(historyUnlike(prepared.move.to, last))
  const { sqlstate } = ran.said
  if (sqlstate !== '55P03' && sqlstate !== '40P01') return failed(problemOf(work, ran, last))
  if (attempt >= at.lockAttempts) {
    const blockers = sampled()
    return failed(lockTimeout(work, { attempts: attempt, said: ran.said, blockers, last }))
  }
  at.progress({ done: attempt, of: at.lockAttempts, unit: 'attempts', at: 'lock' })
  const again = await backOff(at.lockTimeout, attempt, at.signal)
  return again ? null : failed({ code: 'cancelled', by: '' })
}

/**
 * Settings of its sessions. They hold after a reset of a pooled connection too: they come with the startup packet. From
 * 14 on a server notices in the middle of a statement that its client was killed.
 */
function optionsFor({ target, project, at, beside }: Work): string {
  const settings = [
    `application_name=${target.applicationName}`,
    `lock_timeout=${at.lockTimeout}`,
    `statement_timeout=${at.statementTimeout}`,
    // As in a script: a name without its schema means the same in each way to apply.
    'search_path=public',
    ...(project.owner === undefined ? [] : [`role=${escapeOption(project.owner)}`]),
    ...(Number.parseInt(beside.serverVersion, 10) >= 14 ? ['client_connection_check_interval=1000'] : []),
  ]
  return settings.map((setting) => `-c ${setting}`).join(' ')
}

/**
 * The last migration of the history. Another migrator (EF's) keeps everybody from reading it for as long as it works:
 * then it is tried again, as a migration is.
 */
async function lastOf(work: Work, committed?: { last: null }): Promise<Outcome<string | null>> {
  const { beside, history, at } = work
  for (let attempt = 1; ; attempt++) {
    try {
      return done((await readHistory(beside.client, history)).at(-1) ?? null)
    } catch (error) {
      if (sqlstateOf(error) !== '55P03') throw error
      const blockers = await exclusiveHolders(beside.client, history.table)
      if (attempt >= at.lockAttempts) return failed(historyHeld(work, attempt, blockers, committed))
      at.progress({ done: attempt, of: at.lockAttempts, unit: 'attempts', at: 'history' })
      if (!(await backOff(at.lockTimeout, attempt, at.signal))) return failed({ code: 'cancelled', by: '' })
    }
  }
}

const historyHeld = (
  work: Work,
  attempts: number,
  blockers: Session[],
  committed?: { last: null },
): Problem => ({
  code: 'lock-timeout',
  statement: work.history.read,
  attempts,
  seconds: secondsOf(work),
  blockers,
  sqlstate: '55P03',
  ...(committed && { committed }),
})

function problemOf(
  { program, prepared, at }: Work,
  { exitCode, signal, said }: EfEnded,
  last: string | null,
): Problem {
  const { by } = program
  if (said.sqlstate === null)
    return { code: 'program-failed', by, exitCode, signal, says: said.sentence, last }
  const limit = { seconds: at.statementTimeout / 1000, key: 'window.statementTimeout', isOver: null }
  const isCancelled = said.sqlstate === cancelledState
  return {
    code: 'sql-error',
    ...errorOf(prepared, said, said.sqlstate, last),
    ...(isCancelled && { limit }),
  }
}

/**
 * Which statement did not get its lock is known where it is one of ours, or EF's own on the history. What was committed
 * before it stays.
 */
function lockTimeout(
  work: Work,
  {
    attempts,
    said,
    blockers,
    last,
  }: { attempts: number; said: EfSaid; blockers: Session[]; last: string | null },
): Problem {
  const { prepared, history } = work
  const sqlstate = said.sqlstate ?? '55P03'
  const statement = errorOf(prepared, said, sqlstate, last).statement ?? onHistory(said, history)
  const committed = last === prepared.move.from ? {} : { committed: { last } }
  return {
    code: 'lock-timeout',
    statement,
    attempts,
    seconds: secondsOf(work),
    blockers,
    sqlstate,
    ...committed,
  }
}

async function facts(work: Work, attempts: number, ran: EfEnded): Promise<Done['migrate']> {
  const { prepared, saved, beside, watched, program } = work
  const { exitCode, signal, said } = ran
  return {
    move: prepared.move,
    statements: watched.migrations(),
    by: program.by,
    attempts,
    seconds: secondsOf(work),
    lsn: await currentLsn(beside.client),
    saved,
    reconciled: false,
    ...(exitCode !== 0 && { ended: { exitCode, signal, says: said.sentence } }),
  }
}

const secondsOf = ({ startedAt }: Work): number => Math.round(performance.now() - startedAt) / 1000
