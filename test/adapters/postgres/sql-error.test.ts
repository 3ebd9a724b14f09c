import { expect, test as plain } from 'vitest'
import {
  conditionName,
  lostErrno,
  sqlFacts,
  sqlProblem,
  sqlstateOf,
} from '../../../src/adapters/postgres/sql-error.ts'
import { test } from './hrms.ts'

plain('conditions have PostgreSQL’s names; of an unknown one the class is named', () => {
  expect(conditionName('23502')).toBe('not_null_violation')
  expect(conditionName('55P03')).toBe('lock_not_available')
  expect(conditionName('57P05')).toBe('idle_session_timeout')
  expect(conditionName('23ZZZ')).toBe('integrity_constraint_violation')
  expect(conditionName('ZZZZZ')).toBe('unknown_condition')
})

test('a server’s error is shown by its condition and its objects, never by its text, which carries row data', async ({
  hrms,
}) => {
  const client = await hrms.client()
  const duplicate = `insert into master."Tenants" select * from master."Tenants" limit 1`
  const number = `select "Email"::integer from master."AdminUsers"`
  const { rows } = await client.query('select "Id" from master."Tenants" limit 1')
  const problems = []
  for (const statement of [duplicate, number]) {
    const error: Error & { detail?: string } = await client.query(statement).catch((thrown) => thrown)
    expect(error.message + error.detail).toMatch(/admin1@|already exists/)
    problems.push(sqlProblem(error, { statement, file: 'a.up.sql', line: 3 }))
  }
  expect(problems).toEqual([
    {
      code: 'sql-error',
      sqlstate: '23505',
      condition: 'unique_violation',
      schema: 'master',
      table: 'Tenants',
      column: null,
      constraint: 'PK_Tenants',
      statement: duplicate,
      file: 'a.up.sql',
      line: 3,
    },
    {
      code: 'sql-error',
      sqlstate: '22P02',
      condition: 'invalid_text_representation',
      schema: null,
      table: null,
      column: null,
      constraint: null,
      statement: number,
      file: 'a.up.sql',
      line: 3,
    },
  ])
  expect(JSON.stringify(problems)).not.toMatch(/admin\d+@/)
  expect(JSON.stringify(problems)).not.toContain(rows[0].Id)
})

plain('a lost connection is told by its code, a plain error of the driver is one without', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
  expect(sqlProblem(reset, { host: 'db:5432', during: 'count' })).toEqual({
    code: 'session-lost',
    host: 'db:5432',
    during: 'count',
    errno: 'ECONNRESET',
  })
  expect(lostErrno(new Error('Connection terminated unexpectedly'))).toBe('closed')
})

plain('a bug is no fault of the world: it is thrown on', () => {
  const bug = new TypeError('x is not a function')
  expect(() => sqlProblem(bug)).toThrow(bug)
  expect([lostErrno(bug), sqlstateOf(bug), sqlFacts(bug)]).toEqual([null, null, null])
})
