import type pg from 'pg'
import { lostErrno, sqlProblem } from '../../adapters/postgres/sql-error.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { failed } from '../../domain/outcome.ts'
import type { Script, Statement, Trace, Unit } from '../../domain/script.ts'
import { historyUnlike, readHistory } from '../history.ts'
import { readMarks, takeBackBegun } from '../parts.ts'
import { commandOf } from '../statements/sql-parse.ts'
import { readTrace } from '../trace.ts'
import type { UnitAt } from '../unit-at.ts'
import { limitOf, type Ran, runStatement, type Stopped, type Work } from './run-statement.ts'

type Alone = Extract<Unit, { in: 'none' }>

/**
 * Runs a statement that no transaction may hold. A mark says that it has begun, and one that it is done. Where an earlier
 * try had begun, the catalogue says whether it took effect; what was left half-done is undone or finished first. What fails
 * is cleared away.
 */
export async function runAlone(
  work: Work,
  session: TargetSession,
  at: UnitAt,
  { begin, role, statement, end, trace }: Alone,
): Promise<Ran> {
  const { client } = session
  const noted = work.statements.length
  try {
    const last = (await readHistory(client, work.history)).at(-1) ?? null
    if (last !== at.before) return { did: 'stop', outcome: failed(historyUnlike(at.before, last)) }
    const hadBegun = (await readMarks(client, at.script)).begun.has(at.part)
    const came = trace ? await readTrace(client, trace) : 'not'
    if (!(hadBegun && came === 'done')) {
      const began = await runAll(work, session, at, begin)
      if (began) return began
      const finishes = hadBegun && came === 'half' && trace && 'finish' in trace
      const stopped = await runAsOwner(client, role, async () =>
        finishes
          ? void (await client.query(trace.finish))
          : runOnce(work, session, at.script, statement, trace),
      )
      if (stopped) {
        if (stopped.did === 'conflict') work.statements.length = noted
        if (stopped.did !== 'lose') await takeBack(client, at, trace)
        return stopped
      }
    }
    return (await runAll(work, session, at, end)) ?? { did: 'commit', lsn: null }
  } catch (error) {
    const errno = lostErrno(error)
    if (errno !== null) return { did: 'lose', during: commandOf(statement.text), errno }
    const limit = limitOf(work, null)
    const our = { statement: statement.text, file: at.script.file, line: statement.line, limit }
    return { did: 'stop', outcome: failed(sqlProblem(error, our)) }
  }
}

async function runAll(
  work: Work,
  session: TargetSession,
  { script }: UnitAt,
  statements: Statement[],
): Promise<Stopped | null> {
  for (const statement of statements) {
    const ran = await runStatement(work, session, script, statement)
    if ('did' in ran) return ran
  }
  return null
}

/** A session that is lost has no role to take back. */
async function runAsOwner<T>(
  client: pg.Client,
  role: Statement | undefined,
  run: () => Promise<T>,
): Promise<T> {
  if (!role) return run()
  await client.query(role.text)
  try {
    return await run()
  } finally {
    await client.query('reset role').catch(() => {})
  }
}

/** An invalid index is dropped first, whoever left it: IF NOT EXISTS would take it for done. */
async function runOnce(
  work: Work,
  session: TargetSession,
  script: Script,
  statement: Statement,
  trace: Trace | undefined,
): Promise<Stopped | undefined> {
  const { client } = session
  const makes = trace && 'makes' in trace ? trace : null
  if (makes && (await readTrace(client, makes)) === 'half') await client.query(makes.undo)
  const ran = await runStatement(work, session, script, statement)
  if ('did' in ran && ran.did === 'lose') return ran
  const isHalf = makes !== null && (await readTrace(client, makes)) === 'half'
  if (isHalf) await undo(client, makes.undo)
  if ('did' in ran) return ran
  return isHalf ? { did: 'stop', outcome: failed({ code: 'index-invalid', index: makes.makes }) } : undefined
}

/** Best effort, while people wait to hear what failed: the next try does it too. */
async function undo(client: pg.Client, text: string): Promise<void> {
  await client.query("select pg_catalog.set_config('statement_timeout', '10s', false)")
  await client.query(text).catch(() => {})
  await client.query('reset statement_timeout')
}

/** What failed and left nothing behind had not begun. Best effort: with its mark, it counts as half-done. */
async function takeBack(
  client: pg.Client,
  { script, part }: UnitAt,
  trace: Trace | undefined,
): Promise<void> {
  const came = trace ? await readTrace(client, trace) : 'not'
  if (came === 'not') await takeBackBegun(client, script, part).catch(() => {})
}
