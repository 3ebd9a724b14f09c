import type { ReachTest, Tried } from '../domain/reach-test.ts'
import { instant, type Queryable } from './transaction.ts'

type Body = Pick<ReachTest, 'runbook' | 'targets' | 'lost' | 'untold'>
type Row = Pick<ReachTest, 'id' | 'number' | 'by' | 'at' | 'answers'> & { body: Body }

const columns = `id, number, body, started_by as by, ${instant('at')} as at,
  coalesce((select json_agg(json_build_object('person', person, 'at', ${instant('answer.at')}) order by answer.at, person)
    from lockkeeper.reach_answer answer where answer.test = reach_test.id), '[]') as answers`

const testOf = ({ body, ...row }: Row): ReachTest => ({ ...row, ...body })

/** A test, numbered within its runbook. Null: there was one within `seconds` that the caller does not know of (`after`). */
export async function insertReachTest(
  tx: Queryable,
  body: Body,
  { by, after, seconds }: { by: string; after: number; seconds: number },
): Promise<ReachTest | null> {
  const { rows } = await tx.query<Row>(
    `insert into lockkeeper.reach_test (id, runbook, number, body, started_by)
     select $1 || '/' || coalesce(max(number), 0) + 1, $1, coalesce(max(number), 0) + 1, $2, $3
     from lockkeeper.reach_test where runbook = $1
     having coalesce(bool_and(number <= $4 or at < now() - $5 * interval '1 s'), true)
     on conflict do nothing returning ${columns}`,
    [body.runbook.name, JSON.stringify(body), by, after, seconds],
  )
  return rows[0] ? testOf(rows[0]) : null
}

export async function reachTestById(tx: Queryable, id: string): Promise<ReachTest | null> {
  const { rows } = await tx.query<Row>(`select ${columns} from lockkeeper.reach_test where id = $1`, [id])
  return rows[0] ? testOf(rows[0]) : null
}

/** The newest test of a runbook. */
export async function newestReachTest(tx: Queryable, runbook: string): Promise<ReachTest | null> {
  const { rows } = await tx.query<Row>(
    `select ${columns} from lockkeeper.reach_test where runbook = $1 order by number desc limit 1`,
    [runbook],
  )
  return rows[0] ? testOf(rows[0]) : null
}

/** Somebody got it. False: they said so before. */
export async function insertReachAnswer(tx: Queryable, test: string, person: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'insert into lockkeeper.reach_answer (test, person) values ($1, $2) on conflict do nothing',
    [test, person],
  )
  return rowCount === 1
}

/** How what a test sends went, by address. */
export async function triedOf(tx: Queryable, test: string): Promise<Tried[]> {
  const { rows } = await tx.query<Tried>(
    `select to_address as "to", state, error from lockkeeper.delivery
     where starts_with(key, 'test:' || $1 || '/') order by seq`,
    [test],
  )
  return rows
}
