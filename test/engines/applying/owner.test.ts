import type pg from 'pg'
import { expect } from 'vitest'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { sqlByHand } from '../../../src/steps/break-glass.ts'
import { makesObjects } from '../../../src/engines/statements/owning.ts'
import { sampleRunbook } from '../../plans.ts'
import { applying, before, prepared, statements } from '../scripts.ts'

const id = '20260101000000_Test'
const index = 'CREATE UNIQUE INDEX CONCURRENTLY "IX_Test" ON master.made (a);'
const up = `CREATE TABLE master.made (a int);
CREATE VIEW master.seen AS SELECT a FROM master.made;
INSERT INTO master.made VALUES (1), (1);
${index}
CREATE SEQUENCE master.numbers;`
const down = 'DROP SEQUENCE master.numbers; DROP VIEW master.seen; DROP TABLE master.made;'

/** Relations and their owners, e.g. `made hrms_owner`. */
const owned = async (client: pg.Client, names: string[]): Promise<string[]> => {
  const { rows } = await client.query(
    `select relname || ' ' || pg_get_userbyid(relowner) as one from pg_class where relname = any($1) order by relname`,
    [names],
  )
  return rows.map(({ one }) => one)
}

const made = ['IX_Test', 'made', 'numbers', 'seen', 'marks']

const setUp = async (hrms: Hrms, owner?: string) => ({
  root: await hrms.client(),
  ...(await prepared(up, down, owner)),
})

test('the statements of the files run as the owner that the runbook names, ours around them do not', async () => {
  const { up: way } = await prepared(`CREATE TABLE master.a ();\n${index}`, undefined, 'HRMS owner')
  expect(
    statements(way).map(({ text, from }) => `${from}: ${text.split(' ').slice(0, 4).join(' ')}`),
  ).toEqual([
    'added: LOCK TABLE master."__EFMigrationsHistory" IN',
    'added: SELECT "MigrationId" FROM master."__EFMigrationsHistory"',
    'added: SET LOCAL ROLE "HRMS',
    'file: CREATE TABLE master.a ()',
    'added: RESET ROLE',
    'added: CREATE SCHEMA IF NOT',
    'added: CREATE TABLE IF NOT',
    'added: INSERT INTO lockkeeper_kept.marks (migration,',
    'added: INSERT INTO lockkeeper_kept.marks (migration,',
    'added: SET ROLE "HRMS owner"',
    'file: CREATE UNIQUE INDEX CONCURRENTLY',
    'added: INSERT INTO lockkeeper_kept.marks (migration,',
    'added: LOCK TABLE master."__EFMigrationsHistory" IN',
    'added: SELECT "MigrationId" FROM master."__EFMigrationsHistory"',
    'added: INSERT INTO master."__EFMigrationsHistory" ("MigrationId",',
    'added: DELETE FROM lockkeeper_kept.marks WHERE',
  ])
  expect(sqlByHand(way.scripts[0]!.units, sampleRunbook().window)).toContain(
    `SET ROLE "HRMS owner";\n${index}\nRESET ROLE;\n`,
  )
})

test('the owner is part of what is approved', async () => {
  const [ours, theirs] = [await prepared(up), await prepared(up, undefined, 'hrms_owner')]
  expect(theirs.up.sha256).not.toBe(ours.up.sha256)
})

test('what a migration makes belongs to the owner, in a transaction or outside of any; what is kept of it is ours', async ({
  hrms,
}) => {
  const { root, engine, up: way } = await setUp(hrms, 'hrms_owner')
  expect(await engine.apply(hrms.target(), way, applying())).toMatchObject({
    problem: { sqlstate: '23505', constraint: 'IX_Test' },
  })
  await root.query('update master.made set a = 2 where ctid = (select max(ctid) from master.made)')
  expect((await engine.apply(hrms.target(), way, applying())).status).toBe('done')
  expect(await owned(root, made)).toEqual([
    'IX_Test hrms_owner',
    'made hrms_owner',
    'marks lockkeeper',
    'numbers hrms_owner',
    'seen hrms_owner',
  ])
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ at: 'to' })
})

test('without an owner it belongs to the role that connects', async ({ hrms }) => {
  const {
    root,
    engine,
    up: way,
  } = await prepared('CREATE TABLE master.made ();').then(async (both) => ({
    root: await hrms.client(),
    ...both,
  }))
  expect((await engine.apply(hrms.target(), way, applying())).status).toBe('done')
  expect(await owned(root, ['made'])).toEqual(['made lockkeeper'])
})

test('a rollback keeps its rows as ourselves: the owner may make no schema of ours', async ({ hrms }) => {
  const { root, engine, up: way, down: back } = await setUp(hrms, 'hrms_owner')
  await root.query(`alter database ${hrms.name} owner to postgres;
                    grant create, connect on database ${hrms.name} to lockkeeper`)
  const once = await prepared('CREATE TABLE master.made (a int);', down.split('; ')[2], 'hrms_owner')
  expect((await once.engine.apply(hrms.target(), once.up, applying())).status).toBe('done')
  await root.query('insert into master.made values (1), (2)')
  const undone = await once.engine.apply(hrms.target(), once.down!, applying({ accepted: 2 }))
  expect(undone).toMatchObject({ status: 'done', facts: { saved: [{ rows: 2 }] } })
  expect(way.move.to).toBe(back?.move.from)
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ at: 'from' })
})

test('statements that say themselves whose it shall be are let be, and what belongs to nobody in particular', async () => {
  const makes = async (sql: string) => makesObjects((await prepared(sql)).up)
  expect(await makes(up)).toEqual(['CREATE TABLE', 'CREATE VIEW', 'CREATE SEQUENCE'])
  expect(await makes('DO $$ BEGIN CREATE TABLE master.a (); END $$')).toEqual(['DO'])
  expect(await makes('SET LOCAL ROLE hrms_owner; CREATE TABLE master.a ()')).toEqual([])
  expect(await makes('CREATE TABLE master.a (); ALTER TABLE master.a OWNER TO hrms_owner')).toEqual([])
  expect(await makes('CREATE SCHEMA a; ALTER SCHEMA a OWNER TO hrms_owner')).toEqual([])
  expect(await makes('CREATE TEMP TABLE a (); CREATE INDEX ON master."Tenants" ("Status")')).toEqual([])
})
