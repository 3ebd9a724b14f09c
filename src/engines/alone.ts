import type pg from 'pg'
import { lostErrno, sqlProblem } from '../adapters/postgres/sql-error.ts'
import type { TargetSession } from '../adapters/postgres/target.ts'
import { failed } from '../domain/outcome.ts'
import type { Unit } from '../domain/script.ts'
import { historyUnlike, readHistory } from './history.ts'
import { commandOf, parseInner } from './sql-parse.ts'
import type { UnitAt } from './unit-at.ts'
import { limitOf, type Ran, runStatement, type Work } from './working.ts'

type Alone = Extract<Unit, { in: 'none' }>

/**
 * Runs a statement that no transaction may hold, in a session without `lock_timeout`: it would leave an invalid index
 * behind. An invalid index of an earlier try is dropped first, a valid one of the same definition is the work done
 * already, and afterwards the catalogue decides. What fails is cleared away.
 */
export async function runAlone(
  work: Work,
  session: TargetSession,
  { script, before }: UnitAt,
  { role, statement, index }: Alone,
): Promise<Ran> {
  const { client } = session
  try {
    const last = (await readHistory(client, work.history)).at(-1) ?? null
    if (last !== before) return { did: 'stop', outcome: failed(historyUnlike(before, last)) }
    if (role) await client.query(role.text)
    const found = index ? await readIndex(client, index.name) : null
    if (found?.valid && sameIndex(found.definition, statement.text)) return { did: 'commit', lsn: null }
    if (index && found && !found.valid) await client.query(index.drop)
    const ran = await runStatement(work, session, script, statement)
    if (!index) return 'result' in ran ? { did: 'commit', lsn: null } : ran
    if ('result' in ran && (await readIndex(client, index.name))?.valid) return { did: 'commit', lsn: null }
    if ('did' in ran && ran.did === 'lose') return ran
    await dropInvalid(client, index)
    if ('did' in ran) return ran
    return { did: 'stop', outcome: failed({ code: 'index-invalid', index: index.name }) }
  } catch (error) {
    const errno = lostErrno(error)
    if (errno !== null) return { did: 'lose', during: commandOf(statement.text), errno }
    const limit = limitOf(work, null)
    const our = { statement: statement.text, file: script.file, line: statement.line, limit }
    return { did: 'stop', outcome: failed(sqlProblem(error, our)) }
  } finally {
    // The next try reads the history first. A session that is lost has no role to take back.
    if (role) await client.query('reset role').catch(() => {})
  }
}

/** An index as the catalogue has it; `indisvalid` and nothing else says whether it is used. */
async function readIndex(
  client: pg.Client,
  name: string,
): Promise<{ valid: boolean; definition: string } | null> {
  const { rows } = await client.query<{ valid: boolean; definition: string }>(
    `select indisvalid as valid, pg_catalog.pg_get_indexdef(indexrelid) as definition
     from pg_catalog.pg_index where indexrelid = pg_catalog.to_regclass($1)`,
    [name],
  )
  return rows[0] ?? null
}

/** Best effort, while people wait to hear what failed: the next try drops it too. */
async function dropInvalid(client: pg.Client, { name, drop }: NonNullable<Alone['index']>): Promise<void> {
  const left = await readIndex(client, name)
  if (!left || left.valid) return
  await client.query("select pg_catalog.set_config('statement_timeout', '10s', false)")
  await client.query(drop).catch(() => {})
  await client.query('reset statement_timeout')
}

/** Whether two CREATE INDEX mean the same, apart from how they are made. */
function sameIndex(a: string, b: string): boolean {
  const [x, y] = [a, b].map((sql) => JSON.stringify(parseInner(sql), withoutManner))
  return x === y
}

const manner = new Set(['concurrent', 'if_not_exists', 'location'])
const withoutManner = (key: string, value: unknown): unknown => (manner.has(key) ? undefined : value)
