import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { earlierSteps } from '../../src/store/attempts.ts'
import { insertPlan } from '../../src/store/plans.ts'
import { insertRun } from '../../src/store/runs.ts'
import { storeDatabase } from '../databases.ts'
import { samplePlan } from '../plans.ts'

interface Took {
  step: string
  seconds: number
  move?: { from: string; to: string }
  status?: 'done' | 'failed'
  lives?: number
}

/** A store with finished runs, oldest first: what each of their attempts took. */
async function storeOf(...runs: { target?: string; ending?: string; took: Took[] }[]): Promise<pg.Pool> {
  const database = await storeDatabase()
  const pool = new pg.Pool({ connectionString: database.url })
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  for (const [i, { target = 'target', ending = 'done', took }] of runs.entries()) {
    const plan = { ...samplePlan(), id: `P${i}` }
    await insertPlan(pool, plan, target)
    const run = await insertRun(pool, plan, target, 'U_ASHA')
    for (const { step, seconds, move, status = 'done', lives = 1 } of took)
      await pool.query(
        `insert into lockkeeper.attempt (run, step, attempt, lives, began_at, ended_at, outcome)
         values ($1, $2, 1, $3, $4::timestamptz - make_interval(secs => $5), $4, $6)`,
        [run, step, lives, new Date(Date.UTC(2026, 0, 1 + i)), seconds, { status, facts: { move } }],
      )
    await pool.query('update lockkeeper.run set ending = $2, ended_at = now() where id = $1', [run, ending])
  }
  return pool
}

test('what the steps of a target’s finished runs took, whatever way they stood on, newest first', async () => {
  const pool = await storeOf(
    { took: [{ step: 'start:a.b', seconds: 4 }] },
    { took: [{ step: 'roll-back.start:a.b', seconds: 6 }] },
    { target: 'another', took: [{ step: 'start:a.b', seconds: 90 }] },
    { ending: 'backed-out', took: [{ step: 'start:a.b', seconds: 91 }] },
    { took: [{ step: 'start:a.b', seconds: 92, status: 'failed' }] },
    { took: [{ step: 'start:a.b', seconds: 93, lives: 2 }] },
  )
  expect(await earlierSteps(pool, 'target')).toEqual([
    { step: 'start:a.b', move: null, seconds: 6 },
    { step: 'start:a.b', move: null, seconds: 4 },
  ])
})

test('those of the migration by what was moved, and of each the last five', async () => {
  const up = { from: '1_A', to: '2_B' }
  const next = { from: '2_B', to: '3_C' }
  const migrate = (seconds: number, move = up) => ({ took: [{ step: 'migrate', seconds, move }] })
  const pool = await storeOf(...[1, 2, 3, 4, 5, 6].map((seconds) => migrate(seconds)), migrate(7, next))
  const earlier = await earlierSteps(pool, 'target')
  expect(earlier.filter(({ move }) => move?.to === up.to).map(({ seconds }) => seconds)).toEqual([
    6, 5, 4, 3, 2,
  ])
  expect(earlier.filter(({ move }) => move?.to === next.to)).toEqual([
    { step: 'migrate', move: next, seconds: 7 },
  ])
})
