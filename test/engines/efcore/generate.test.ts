import { expect, test } from 'vitest'
import { splitScript } from '../../../src/engines/efcore/generate.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { valueOf } from '../../adapters/postgres/hrms.ts'

const table = 'master."__EFMigrationsHistory"'
const history = historyOf({ table, column: 'MigrationId', values: {} })
const row = (id: string): string =>
  `INSERT INTO master."__EFMigrationsHistory" ("MigrationId", "ProductVersion")\nVALUES ('${id}', '10.0.14');`

const two = `START TRANSACTION;
CREATE TABLE master.a ();

${row('1_A')}

COMMIT;

CREATE INDEX CONCURRENTLY ix ON master.a (b);

START TRANSACTION;
${row('2_B')}

COMMIT;

`

test('a script is cut behind the row that each migration writes, with what it does outside of transactions', () => {
  const read = valueOf(splitScript(two, ['1_A', '2_B'], 'up', history))
  expect(read.map(({ migration, parsed }) => [migration, parsed.file, parsed.statements.length])).toEqual([
    ['1_A', '1_A.up.sql', 4],
    ['2_B', '2_B.up.sql', 4],
  ])
  expect(read[1]?.parsed.sql).toMatch(/^CREATE INDEX CONCURRENTLY[^]*COMMIT;$/)
  expect(read[1]?.parsed.statements[0]?.line).toBe(1)
})

test('a migration whose row is not written is no plan (script-lacks)', () => {
  expect(splitScript(two, ['1_A', '2_B', '3_C'], 'up', history)).toEqual({
    ok: false,
    problem: { code: 'script-lacks', migration: '3_C', history: table },
  })
})

test('a statement that its migration did not end is said as what it is (script-unread)', () => {
  const script = `START TRANSACTION;\nCOMMENT ON SCHEMA master IS 'x'\n\n${row('1_A')}\nCOMMIT;\n`
  expect(splitScript(script, ['1_A'], 'up', history)).toMatchObject({
    problem: { code: 'script-unread', line: 4, near: expect.stringContaining('INSERT INTO') },
  })
})
