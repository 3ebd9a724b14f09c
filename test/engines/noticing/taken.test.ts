import { expect, onTestFinished, test } from 'vitest'
import { makeTarget } from '../../../src/adapters/postgres/target.ts'
import { addressOf } from '../../adapters/postgres/hrms.ts'
import { hrmsDatabase } from '../../databases.ts'
import { applying, prepared } from '../scripts.ts'

/** Two rows of ours, of which one refers to nothing, is empty, and too long for ten characters. */
const rows = `create schema app; create table master.a (id int primary key, name text, parent int, code varchar(20));
  insert into master.a values (1, 'one', null, 'short'), (2, null, 7, 'longer than ten')`
const mood = `create type master.mood as enum ('sad', 'ok')`
const calm = `ALTER TYPE master.mood ADD VALUE 'calm'`
const parts =
  'create table master.p (d int) partition by list (d); create table master.p1 partition of master.p default'

/** Each is taken by the server, and looks as if it were not. */
const taken: Record<string, { made?: string; sql: string }> = {
  'a domain with a default': {
    made: 'create domain master.five as int default 5',
    sql: 'ALTER TABLE master.a ADD x master.five NOT NULL',
  },
  'a column that is there': { sql: 'ALTER TABLE master.a ADD COLUMN IF NOT EXISTS id int NOT NULL' },
  'an index that is there': {
    made: 'create index ux on master.a (id); update master.a set code = null',
    sql: 'CREATE UNIQUE INDEX IF NOT EXISTS ux ON master.a (parent)',
  },
  'names that are swapped': {
    made: 'alter table master.a add n2 int default 1, add n int default -1',
    sql: 'ALTER TABLE master.a RENAME n TO n_old; ALTER TABLE master.a RENAME n2 TO n; ALTER TABLE master.a ADD CONSTRAINT ck CHECK (n > 0)',
  },
  'a column renamed and made anew': {
    sql: `ALTER TABLE master.a RENAME name TO name_old; ALTER TABLE master.a ADD name text DEFAULT ''; ALTER TABLE master.a ALTER name SET NOT NULL`,
  },
  'a column dropped and made anew at once': {
    sql: `ALTER TABLE master.a DROP name, ADD name text DEFAULT '', ALTER name SET NOT NULL`,
  },
  'rows deleted with those that they refer to': {
    made: 'create table master.kids (a int references master.a (id) on delete cascade, v text); insert into master.kids values (2, null)',
    sql: 'DELETE FROM master.a WHERE id = 2; ALTER TABLE master.kids ALTER v SET NOT NULL',
  },
  'a partition that is updated': {
    made: 'create table master.p (d int, name text) partition by list (d); create table master.p1 partition of master.p for values in (1); insert into master.p values (1, null)',
    sql: `UPDATE master.p1 SET name = ''; ALTER TABLE master.p ALTER name SET NOT NULL`,
  },
  'a partition that is detached': {
    made: 'create table master.p (d int, name text) partition by list (d); create table master.p1 partition of master.p for values in (1); insert into master.p values (1, null)',
    sql: `ALTER TABLE master.p DETACH PARTITION master.p1; ALTER TABLE master.p ALTER name SET NOT NULL`,
  },
  'a view that is updated': {
    made: 'create view master.v as select * from master.a',
    sql: `UPDATE master.v SET name = ''; ALTER TABLE master.a ALTER name SET NOT NULL`,
  },
  'a procedure called in a DO block': {
    made: `create procedure master.fix() language sql as $$ update master.a set name = '' $$`,
    sql: 'DO $$ BEGIN CALL master.fix(); END $$; ALTER TABLE master.a ALTER name SET NOT NULL',
  },
  'a function assigned in a DO block': {
    made: `create function master.fix() returns int language sql as $$ update master.a set name = '' where name is null returning 1 $$`,
    sql: 'DO $$ DECLARE n int; BEGIN n := master.fix(); END $$; ALTER TABLE master.a ALTER name SET NOT NULL',
  },
  'a table made of another': {
    sql: 'ALTER TABLE master.a RENAME TO a_old; SELECT * INTO master.a FROM master.a_old WHERE name IS NOT NULL; ALTER TABLE master.a ALTER name SET NOT NULL',
  },
  'a unique index of a table with heirs': {
    made: 'create table master.kid () inherits (master.a); insert into master.kid (id) values (1)',
    sql: 'CREATE UNIQUE INDEX u ON master.a (id)',
  },
  'an array of limited texts': {
    made: `alter table master.a add tags text[] default '{alpha,beta,gamma}'`,
    sql: 'ALTER TABLE master.a ALTER tags TYPE varchar(10)[]',
  },
  'a number that is rounded': {
    made: 'alter table master.a add n numeric default 2147483647.4',
    sql: 'ALTER TABLE master.a ALTER n TYPE int',
  },
  'a function of a CHECK that is replaced': {
    made: `create function master.fits(int) returns boolean language sql as 'select false'`,
    sql: `CREATE OR REPLACE FUNCTION master.fits(int) RETURNS boolean LANGUAGE sql AS 'select true'; ALTER TABLE master.a ADD CHECK (master.fits(id))`,
  },
  'a value of an enum that a CHECK knows by its text, renamed': {
    made: `${mood}; alter table master.a add m master.mood default 'sad'`,
    sql: `ALTER TYPE master.mood RENAME VALUE 'sad' TO 'blue'; ALTER TABLE master.a ADD CHECK (m::text <> 'sad')`,
  },
  'a unique index of a partitioned table alone': {
    made: `${parts}; insert into master.p values (1), (1)`,
    sql: 'CREATE UNIQUE INDEX u ON ONLY master.p (d); ALTER TABLE ONLY master.p ADD UNIQUE (d)',
  },
  'a number that is none': {
    made: `alter table master.a add n numeric default 'NaN'`,
    sql: 'ALTER TABLE master.a ALTER n TYPE numeric(5, 2)',
  },
  'half a number below zero, rounded to the even one': {
    made: 'alter table master.a add n float8 default -32768.5',
    sql: 'ALTER TABLE master.a ALTER n TYPE smallint',
  },
  'a narrower type with the values of another column': {
    made: 'alter table master.a add n int default 100000',
    sql: 'ALTER TABLE master.a ALTER n TYPE smallint USING id::smallint',
  },
  'a constraint that was not valid, dropped and made anew': {
    made: 'alter table master.a add constraint ck check (id < 2) not valid',
    sql: 'ALTER TABLE master.a DROP CONSTRAINT ck; ALTER TABLE master.a ADD CONSTRAINT ck CHECK (id < 9); ALTER TABLE master.a VALIDATE CONSTRAINT ck',
  },
  'a column that a generated one read': {
    made: 'alter table master.a add g int generated always as (id + 1) stored, add h int generated always as (parent + 1) stored',
    sql: 'ALTER TABLE master.a ALTER g DROP EXPRESSION; ALTER TABLE master.a ALTER id TYPE bigint; ALTER TABLE master.a ALTER h DROP EXPRESSION, DROP parent',
  },
  'a table to which a partition referred': {
    made: `${parts}; alter table master.p1 add foreign key (d) references master.a (id)`,
    sql: 'DROP TABLE master.p; DROP TABLE master.a',
  },
  'a table to which a column of a partition referred': {
    made: `${parts}; alter table master.p add x int; alter table master.p1 add foreign key (x) references master.a (id)`,
    sql: 'ALTER TABLE master.p DROP x; DROP TABLE master.a',
  },
  'a table that a policy of a partition read': {
    made: `${parts}; create policy own on master.p1 using (d in (select id from master.a))`,
    sql: 'DROP TABLE master.p; DROP TABLE master.a',
  },
  'a default that a cast cuts or rounds': {
    sql: `ALTER TABLE master.a ADD s text DEFAULT 'abcdef'::varchar(3) CHECK (s = 'abc'); ALTER TABLE master.a ADD n numeric DEFAULT 1.5::int CHECK (n = 2)`,
  },
  'a cast that is made before': {
    made: `alter table master.a add j text default '{}'`,
    sql: 'CREATE CAST (text AS jsonb) WITH INOUT AS ASSIGNMENT; ALTER TABLE master.a ALTER j TYPE jsonb',
  },
  'a type that takes the name of another one': {
    made: `${mood}; create type app.mood as enum ('x'); alter table master.a add x app.mood`,
    sql: `ALTER TYPE master.mood RENAME TO moods; ALTER TYPE app.mood SET SCHEMA master; ALTER TABLE master.a ALTER x TYPE master.mood`,
  },
  'a type of another kind under the same name': {
    made: mood,
    sql: 'DROP TYPE master.mood; CREATE DOMAIN master.mood AS text; ALTER TABLE master.a ALTER name TYPE master.mood',
  },
  'an enum made and dropped for one that is renamed': {
    made: `create type app.mood as enum ('x'); alter table master.a add x app.mood`,
    sql: `CREATE TYPE app.other AS ENUM ('x'); DROP TYPE app.other; ALTER TYPE app.mood RENAME TO other; ALTER TABLE master.a ALTER x TYPE app.other`,
  },
  'the text of a new value of an enum': {
    made: `${mood}; alter table master.a add m master.mood`,
    sql: `${calm}; UPDATE master.a SET m = 'sad' WHERE m::text = 'calm' OR lower(format('%s', m)) = 'calm'; SELECT m || 'calm' FROM master.a`,
  },
  'a new value of an enum in a column that is a text by then': {
    made: `${mood}; alter table master.a add m master.mood`,
    sql: `${calm}; ALTER TABLE master.a ALTER m TYPE text; ALTER TABLE master.a ALTER m SET DEFAULT 'calm'`,
  },
  'a new value of an enum that has the name of another one': {
    made: `${mood}; alter table master.a add m master.mood`,
    sql: `ALTER TYPE master.mood RENAME TO moods; CREATE TYPE master.mood AS ENUM ('x'); ${calm}; ALTER TYPE master.moods RENAME VALUE 'sad' TO 'calm'; UPDATE master.a SET m = 'calm'`,
  },
}

test.each(Object.keys(taken))('no plan is blocked by what the server takes: %s', async (name) => {
  const { made = '', sql } = taken[name]!
  const database = await hrmsDatabase()
  onTestFinished(() => database.drop())
  const target = makeTarget(addressOf(database, 'postgres'), `lockkeeper:${database.name}-T`, null)
  await (await database.client()).query(`${rows}; ${made}`)
  const { engine, up } = await prepared(sql)
  const blockers = (await engine.check(target, up)).filter(({ level }) => level === 'blocker')
  expect((await engine.apply(target, up, applying())).status).toBe('done')
  expect(blockers).toEqual([])
})
