import { expect, test } from 'vitest'
import { splitScript } from '../../../src/engines/efcore/generate.ts'
import { withoutLoose } from '../../../src/engines/efcore/program.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { prepareScripts } from '../../../src/engines/prepare-scripts.ts'
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

test('a script is cut behind the row that each migration writes, with what it does outside of transactions', async () => {
  const read = valueOf(await splitScript(two, ['1_A', '2_B'], 'up', history))
  expect(read.map(({ migration, parsed }) => [migration, parsed.file, parsed.statements.length])).toEqual([
    ['1_A', '1_A.up.sql', 4],
    ['2_B', '2_B.up.sql', 4],
  ])
  expect(read[1]?.parsed.sql).toMatch(/^CREATE INDEX CONCURRENTLY[^]*COMMIT;$/)
  expect(read[1]?.parsed.statements[0]?.line).toBe(1)
})

test('a comment before a statement is its own migration’s, whole', async () => {
  const script = `START TRANSACTION;
${row('1_A')}

COMMIT;

/* Calm; isn't
   new */ ALTER TYPE mood ADD VALUE 'calm';
-- kept

START TRANSACTION;
${row('2_B')}

COMMIT;
`
  const read = valueOf(await splitScript(script, ['1_A', '2_B'], 'up', history))
  expect(read.map(({ parsed }) => parsed.sql.split('\n')[0])).toEqual([
    'START TRANSACTION;',
    "/* Calm; isn't",
  ])
  expect(read[1]?.parsed.statements[0]).toMatchObject({ line: 2, text: "ALTER TYPE mood ADD VALUE 'calm'" })
})

test('the history that EF makes before the first migration of all is no part of it', async () => {
  const script = `DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'master') THEN
        CREATE SCHEMA master;
    END IF;
END $EF$;
CREATE TABLE IF NOT EXISTS master."__EFMigrationsHistory" (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId")
);

START TRANSACTION;
CREATE TABLE master.a ();

${row('1_A')}

COMMIT;
`
  const read = valueOf(await splitScript(script, ['1_A'], 'up', history))
  expect(read[0]?.parsed.sql).toMatch(/^START TRANSACTION;\nCREATE TABLE master\.a/)
  const move = { from: null, to: '1_A' }
  const up = valueOf(await prepareScripts({ move, direction: 'up', read, ups: read, history }))
  expect(up.scripts[0]?.units.map((unit) => unit.in)).toEqual(['transaction'])
  expect(valueOf(withoutLoose(up))).toBe(up)
})

test('a byte-order mark inside of a script is named: nobody sees it', async () => {
  const script = `START TRANSACTION;\n\uFEFF-- of a file\nSELECT 1;\n${row('1_A')}\nCOMMIT;\n`
  expect(await splitScript(script, ['1_A'], 'up', history)).toMatchObject({
    problem: { code: 'script-unread', line: 2, near: '<U+FEFF>-- of a file' },
  })
})

test('a migration whose row is not written is no plan (script-lacks)', async () => {
  expect(await splitScript(two, ['1_A', '2_B', '3_C'], 'up', history)).toEqual({
    ok: false,
    problem: { code: 'script-lacks', migration: '3_C', history: table },
  })
})

test('a statement that its migration did not end is said as what it is (script-unread)', async () => {
  const script = `START TRANSACTION;\nCOMMENT ON SCHEMA master IS 'x'\n\n${row('1_A')}\nCOMMIT;\n`
  expect(await splitScript(script, ['1_A'], 'up', history)).toMatchObject({
    problem: { code: 'script-unread', line: 4, near: expect.stringContaining('INSERT INTO') },
  })
})

test('one transaction around several migrations becomes one for each (EF Core 9)', async () => {
  const nine = `START TRANSACTION;
CREATE TABLE master.a ();
${row('1_A')}

CREATE TABLE master.b ();
${row('2_B')}

COMMIT;

CREATE INDEX CONCURRENTLY ix ON master.a (b);

START TRANSACTION;
${row('3_C')}

${row('4_D')}

COMMIT;
`
  const ids = ['1_A', '2_B', '3_C', '4_D']
  const read = valueOf(await splitScript(nine, ids, 'up', history))
  const units = valueOf(
    await prepareScripts({ move: { from: null, to: '4_D' }, direction: 'up', read, ups: read, history }),
  ).scripts.map((script) => script.units.map((unit) => unit.in))
  expect(units).toEqual([['transaction'], ['transaction'], ['none', 'transaction'], ['transaction']])
  expect(read.map(({ parsed }) => parsed.sql.match(/^(START TRANSACTION|COMMIT);$/gm))).toEqual(
    ids.map(() => ['START TRANSACTION;', 'COMMIT;']),
  )
  expect(read[1]?.parsed.sql).toMatch(
    /^START TRANSACTION;\nCREATE TABLE master\.b[^]*VALUES \('2_B'[^]*COMMIT;$/,
  )
})
