import { expect } from 'vitest'
import type { PlannedHistory } from '../../../src/domain/script.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { applying, before, hrmsUp, initial, security } from '../scripts.ts'
import { engineFor } from './hrms-project.ts'

// Two contexts share a history: what a plan remembers of it decides, so nothing is built here.

const other = '20251112000000_OfAnotherContext'
const later = '20260101000000_CameLater'

const planned: PlannedHistory = {
  table: 'master."__EFMigrationsHistory"',
  column: 'MigrationId',
  migrations: [
    { id: initial, state: 'applied' },
    { id: before, state: 'applied' },
    { id: security, state: 'pending' },
  ],
  others: [other],
}

async function withRows(hrms: Hrms, ...rows: string[]) {
  const client = await hrms.client()
  for (const row of rows)
    await client.query('insert into master."__EFMigrationsHistory" values ($1, $2)', [row, '10'])
}

const engineWith = (hrms: Hrms, history: PlannedHistory) =>
  engineFor(hrms.target(), { settings: { shared: true }, history })

test('rows of the other context that a plan noted are not in its way', async ({ hrms }) => {
  await withRows(hrms, other)
  const engine = await engineWith(hrms, planned)
  expect(valueOf(await engine.applied(hrms.target()))).toEqual([initial, before])
  expect(await engine.apply(hrms.target(), await hrmsUp(), applying())).toMatchObject({ status: 'done' })
  expect(valueOf(await engine.applied(hrms.target()))).toEqual([initial, before, security])
})

test('a row that came after the plan is seen, and nothing is applied beside it', async ({ hrms }) => {
  await withRows(hrms, other, later)
  const engine = await engineWith(hrms, planned)
  expect(valueOf(await engine.applied(hrms.target()))).toEqual([initial, before, later])
  expect(await engine.apply(hrms.target(), await hrmsUp(), applying())).toEqual({
    status: 'failed',
    problem: { code: 'history-unlike', expected: before, found: later },
  })
})

test('a plan that noted no rows of others knows its own', async ({ hrms }) => {
  await withRows(hrms, other, later)
  const { others: _, ...older } = planned
  const engine = await engineWith(hrms, older)
  expect(valueOf(await engine.applied(hrms.target()))).toEqual([initial, before])
})
