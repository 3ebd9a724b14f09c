import { expect, test } from 'vitest'
import type { EfSaid } from '../../../src/adapters/dotnet-ef.ts'
import type { Prepared } from '../../../src/domain/script.ts'
import { errorOf, onHistory } from '../../../src/engines/efcore/failed-command.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { valueOf } from '../../adapters/postgres/hrms.ts'
import { before, engineOf, prepared } from '../scripts.ts'

const sql = `CREATE TABLE master.a (b int);

UPDATE master.a
SET b = 1;
-- then
UPDATE master.a SET b = 2;
SELECT 1;`

const said = (statement: string | null): EfSaid => ({
  sqlstate: '23514',
  schema: null,
  table: 'a',
  column: null,
  constraint: null,
  statement,
  sentence: null,
  main: null,
})
const placed = (up: Prepared, statement: string | null, last: string | null = before) => {
  const { file, line, statement: shown } = errorOf(up, said(statement), '23514', last)
  return { file, line, shown }
}
const file = '20260101000000_Test.up.sql'
const nowhere = { file: null, line: null, shown: null }

test('a command is found in the script, however it is laid out', async () => {
  const { up } = await prepared(sql)
  const shown = 'UPDATE master.a\nSET b = 1'
  expect(placed(up, 'UPDATE master.a\r\n   SET b = 1;\n')).toEqual({ file, line: 3, shown })
})

test('a command of several statements is shown as a whole, from where it begins', async () => {
  const { up } = await prepared(sql)
  const shown = 'UPDATE master.a\nSET b = 1;\nUPDATE master.a SET b = 2'
  const command = 'UPDATE master.a\nSET b = 1; -- then; and so on\n/* again */ UPDATE master.a SET b = 2;'
  expect(placed(up, command)).toEqual({ file, line: 3, shown })
})

test('a command in which anything else is, or nothing of ours, is not shown', async () => {
  const { up } = await prepared(sql)
  expect(placed(up, 'SELECT 1 FROM people')).toEqual(nowhere)
  expect(placed(up, "UPDATE master.a SET b = 2; INSERT INTO people VALUES ('Ann')")).toEqual(nowhere)
  expect(placed(up, 'UPDATE master.a SET b = 2; SELECT 2')).toEqual(nowhere)
  expect(placed(up, '')).toEqual(nowhere)
  expect(placed(up, null)).toEqual(nowhere)
})

test('a command of EF on its history is shown, one of another table is not', () => {
  const history = historyOf({ table: 'public."Applied"', column: 'Id', values: {} })
  const lock = 'LOCK TABLE public."Applied" IN ACCESS EXCLUSIVE MODE'
  expect(onHistory(said(lock), history)).toBe(lock)
  expect(onHistory(said(`INSERT INTO people VALUES ('Applied')`), history)).toBeNull()
  expect(onHistory(said(null), history)).toBeNull()
})

test('of two migrations with the same statement it is the one that the history has not', async () => {
  const [first, second] = ['20260101000000_First', '20260102000000_Second']
  const engine = await engineOf({
    [`${first}.up.sql`]: 'CREATE TABLE master.a (); SELECT 1',
    [`${second}.up.sql`]: '\nSELECT 1',
  })
  const up = valueOf(await engine.prepare({ from: before, to: second }))
  expect(placed(up, 'SELECT 1')).toMatchObject({ file: `${first}.up.sql`, line: 1 })
  expect(placed(up, 'SELECT 1', first)).toMatchObject({ file: `${second}.up.sql`, line: 2 })
})
