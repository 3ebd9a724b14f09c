import type pg from 'pg'
import { countRows } from '../../adapters/postgres/catalog.ts'
import { lostErrno, sqlProblem } from '../../adapters/postgres/sql-error.ts'
import type { Target } from '../../adapters/postgres/target.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { done, failed, type Outcome } from '../../domain/outcome.ts'
import type { Prepared, Script } from '../../domain/script.ts'
import type { Done } from '../../domain/step.ts'
import { backOff } from '../applying/back-off.ts'
import type { Applying } from '../engine.ts'
import { askIfGrown, keepsNeeded, runOf } from '../keeps.ts'
import { countLoss, keepsThere } from '../loss.ts'
import { controlSessionOf } from '../applying/control-session.ts'
import { fenceWorking } from '../applying/in-doubt.ts'
import {
  cancelled,
  limitOf,
  runStatement,
  settingsOf,
  type Stopped,
  withCancel,
  type Working,
} from '../applying/run-statement.ts'

/** `deletes`: rows stand in Down's way. */
interface Kept {
  saved: Done['migrate']['saved']
  deletes: boolean
}

/**
 * What a rollback after admit keeps, in a transaction of its own, since a program has its own session: nobody can write
 * in between, because the database is closed and drained. What an earlier life of this run kept is whole, and stays.
 * Rows that stand in Down's way: to delete them and not to go down would be a loss, so nothing is done here.
 * Asks `loss-grew` when more would be lost than was accepted; nothing is done then. Fails with `lock-timeout`,
 * `sql-error`, `session-lost`, `cancelled`, and as connecting does.
 */
export async function keepBefore(
  target: Target,
  prepared: Prepared,
  at: Applying & { accepted: number },
): Promise<Outcome<Kept>> {
  const beside = await target.connect({ heartbeat: true })
  if (!beside.ok) return failed(beside.problem)
  const of = prepared.keeps.reduce((sum, { statements }) => sum + 1 + statements.length, 0)
  const work: Working = { target, prepared, at, control: controlSessionOf(beside.value), statements: [], of }
  const startedAt = performance.now()
  try {
    for (let attempts = 1; ; attempts++) {
      const ran = await keepOnce(work, at.accepted)
      if (!('did' in ran)) return ran
      const { statement, sqlstate, blockers } = ran
      const seconds = Math.round(performance.now() - startedAt) / 1000
      if (attempts >= at.lockAttempts)
        return failed({ code: 'lock-timeout', statement, attempts, seconds, blockers, sqlstate })
      at.progress({ done: attempts, of: at.lockAttempts, unit: 'attempts', at: 'lock' })
      if (!(await backOff(at.lockTimeout, attempts, at.signal))) return cancelled(work).outcome
    }
  } finally {
    await work.control.session.end()
  }
}

type Conflict = Extract<Stopped, { did: 'conflict' }>

/** In a session of its own. What stopped it is said once its backend is gone: nothing of it changes any more. */
async function keepOnce(work: Working, accepted: number): Promise<Outcome<Kept> | Conflict> {
  const { signal } = work.at
  const opened = await work.target.connect({ settings: settingsOf(work.at) })
  if (!opened.ok) return failed(opened.problem)
  const session = opened.value
  work.control.cutsToo(session)
  work.statements.length = 0
  const ran = await keepRows(work, session, accepted)
  await session.end()
  if (!('did' in ran)) return ran
  const { host } = work.target.address
  if (!(await fenceWorking(work, session)))
    return failed({ code: 'session-lost', host, during: 'rollback', errno: 'ETIMEDOUT' })
  if (ran.did === 'stop') return ran.outcome
  if (ran.did === 'conflict') return ran
  // Without an answer to COMMIT nobody knows, and a cancel would claim that nothing was done.
  if (signal.aborted && ran.during !== 'COMMIT') return cancelled(work).outcome
  return failed({ code: 'session-lost', host, during: ran.during, errno: ran.errno })
}

async function keepRows(
  work: Working,
  session: TargetSession,
  accepted: number,
): Promise<Outcome<Kept> | Stopped> {
  const { client } = session
  const { prepared, target } = work
  const script = prepared.scripts[0]!
  let during = 'BEGIN'
  const asked = <T>(what: string, run: () => Promise<T>): Promise<T> => {
    during = what
    return withCancel(work, session, run)
  }
  try {
    await client.query('begin isolation level read committed read write')
    for (const { lock } of await asked('SELECT', () => keepsThere(client, prepared.keeps))) {
      const ran = await runStatement(work, session, script, lock)
      if (!('result' in ran)) return ran
    }
    const loss = await asked('SELECT', () => countLoss(client, prepared))
    const grown = askIfGrown(loss, accepted)
    if (grown) return grown
    if (loss.violating.some(({ rows }) => rows > 0)) return done({ saved: [], deletes: true })
    const saved: Kept['saved'] = []
    for (const { into, statements } of keepsNeeded(prepared.keeps, loss, runOf(target))) {
      const isKept = await asked('SELECT', () => isThere(client, into))
      for (const statement of isKept ? [] : statements) {
        const ran = await runStatement(work, session, script, statement)
        if (!('result' in ran)) return ran
      }
      saved.push(...(await asked('SELECT', () => countRows(client, [into]))))
    }
    if (work.at.signal.aborted) return cancelled(work)
    await asked('COMMIT', () => client.query('commit'))
    return done({ saved, deletes: false })
  } catch (error) {
    return stoppedBy(work, error, during, script)
  }
}

function stoppedBy(work: Working, error: unknown, during: string, { file }: Script): Stopped {
  const errno = lostErrno(error)
  if (errno !== null) return { did: 'lose', during, errno }
  if (work.at.signal.aborted) return cancelled(work)
  return {
    did: 'stop',
    outcome: failed(sqlProblem(error, { statement: during, file, limit: limitOf(work, null) })),
  }
}

async function isThere(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    'select pg_catalog.to_regclass($1) is not null as there',
    [table],
  )
  return rows[0]!.there
}
