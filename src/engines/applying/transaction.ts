import { currentLsn } from '../../adapters/postgres/facts.ts'
import { lostErrno, sqlProblem } from '../../adapters/postgres/sql-error.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { failed } from '../../domain/outcome.ts'
import type { TimeLimit } from '../../domain/sql-error.ts'
import type { Keep, Script, Statement } from '../../domain/script.ts'
import { neededNow, reachingDeletions } from '../deletions.ts'
import { historyRows, historyUnlike, readHistory, readsHistory } from '../history.ts'
import { askIfGrown, keepsNeeded, runOf } from '../keeps.ts'
import { heldLocks } from './locks.ts'
import { countLoss, keepsThere } from '../loss.ts'
import type { UnitAt } from '../unit-at.ts'
import {
  cancelled,
  limitOf,
  type Ran,
  report,
  runStatement,
  type Stopped,
  withCancel,
  type Work,
} from './run-statement.ts'

/**
 * Runs statements as one transaction: all of it is committed, or nothing. After the lock the history is read and compared
 * with the plan, and again before the commit.
 */
export async function runTransaction(
  work: Work,
  session: TargetSession,
  at: UnitAt,
  statements: Statement[],
): Promise<Ran> {
  const noted = work.statements.length
  const saved = work.saved.length
  const ran = await tryTransaction(work, session, at, statements)
  if (ran.did === 'commit') return ran
  work.statements.length = noted
  work.saved.length = saved
  // A session that a cancel or a fault left in a transaction is left out of it; where that fails the session ends anyway.
  if (ran.did !== 'lose') await session.client.query('rollback').catch(() => {})
  return ran
}

async function tryTransaction(
  work: Work,
  session: TargetSession,
  { script, before, after, keeps }: UnitAt,
  statements: Statement[],
): Promise<Ran> {
  try {
    await session.client.query('begin isolation level read committed read write')
    const locks = new Set<string>()
    for (const [i, statement] of statements.entries()) {
      const ran = await runStatement(work, session, script, statement)
      if (!('result' in ran)) return ran
      if (!isRows(statement) || !isRows(statements[i + 1])) await noteLocks(work, session, locks)
      if (readsHistory(work.history, statement)) {
        const unlike = compare(before, historyRows(work.history, ran.result.rows))
        if (unlike) return unlike
        // Before the owner's role: what is kept is Lockkeeper's.
        const stopped = keeps.length ? await keepRows(work, session, script, keeps) : null
        if (stopped) return stopped
      }
    }
    if (after) {
      const unlike = compare(after.last, await readHistory(session.client, work.history))
      if (unlike) return unlike
    }
    return await commit(work, session, script)
  } catch (error) {
    const broken = brokenBy(error, 'begin', limitOf(work, null))
    return broken.did === 'stop' && work.at.signal.aborted ? cancelled(work) : broken
  }
}

/**
 * It changes rows and takes no lock that is noted, unless a trigger does. Of a series of them only the last is looked at:
 * a look takes longer than an INSERT, and a seed has thousands.
 */
const isRows = (statement: Statement | undefined): boolean =>
  /^(insert|update|delete)\b/i.test(statement?.text ?? '')

/** Beside the statement that was just noted: the locks that it took. They are held until the transaction ends. */
async function noteLocks(work: Work, { client }: TargetSession, seen: Set<string>): Promise<void> {
  const taken = (await heldLocks(client)).filter((lock) => !seen.has(lock))
  for (const lock of taken) seen.add(lock)
  work.statements.at(-1)?.locks.push(...taken)
}

/**
 * Without an answer to COMMIT nobody knows whether it took effect. One that waits for a synchronous standby waits for ever;
 * a cancel ends the wait, and it is committed.
 */
async function commit(work: Work, session: TargetSession, { file }: Script): Promise<Ran> {
  report(work, 'COMMIT')
  const began = performance.now()
  try {
    await withCancel(work, session, () => session.client.query('commit'))
  } catch (error) {
    // A deferred constraint speaks up here; the transaction is rolled back.
    const broken = brokenBy(error, 'COMMIT', limitOf(work, performance.now() - began), file)
    return broken.did === 'stop' && work.at.signal.aborted ? cancelled(work) : broken
  }
  return { did: 'commit', lsn: await currentLsn(session.client).catch(() => null) }
}

function brokenBy(error: unknown, during: string, limit: TimeLimit, file?: string): Stopped {
  const errno = lostErrno(error)
  if (errno !== null) return { did: 'lose', during, errno }
  return {
    did: 'stop',
    outcome: failed(sqlProblem(error, { statement: during, limit, ...(file && { file }) })),
  }
}

function compare(planned: string | null, found: string[]): Stopped | null {
  const last = found.at(-1) ?? null
  if (last === planned) return null
  return { did: 'stop', outcome: failed(historyUnlike(planned, last)) }
}

/**
 * Locks the tables, counts what would be lost again, and keeps it. More than was accepted: nothing is done, and people
 * are asked. Fails with `rollback-referenced`.
 */
async function keepRows(
  work: Work,
  session: TargetSession,
  script: Script,
  keeps: Keep[],
): Promise<Stopped | null> {
  const accepted = work.at.accepted ?? 0
  for (const { lock } of await keepsThere(session.client, keeps)) {
    const ran = await runStatement(work, session, script, lock)
    if (!('result' in ran)) return ran
  }
  const loss = await countLoss(session.client, work.prepared)
  const grown = askIfGrown(loss, accepted)
  if (grown) return { did: 'stop', outcome: grown }
  const [reaching] = neededNow(await reachingDeletions(session.client, work.prepared), loss)
  if (reaching) return { did: 'stop', outcome: failed({ code: 'rollback-referenced', ...reaching }) }
  for (const { into, statements } of keepsNeeded(keeps, loss, runOf(work.target))) {
    for (const statement of statements) {
      const ran = await runStatement(work, session, script, statement)
      if (!('result' in ran)) return ran
      const { command, rowCount } = ran.result
      if (command === 'SELECT') work.saved.push({ table: into, rows: rowCount ?? 0 })
    }
  }
  return null
}
