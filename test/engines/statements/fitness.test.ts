import { expect, test } from 'vitest'
import { engineOf } from '../scripts.ts'

const unfit = async (sql: string, direction: 'up' | 'down' = 'up') => {
  const engine = await engineOf({ '1_a.up.sql': direction === 'up' ? sql : 'SELECT 1', '1_a.down.sql': sql })
  const way = await engine.prepare(direction === 'up' ? { from: null, to: '1_a' } : { from: '1_a', to: null })
  return way.ok ? 'fit' : way.problem.code === 'statement-unfit' ? way.problem.why : way.problem.code
}

test('what would end our transaction, or outlive it, is refused', async () => {
  expect(await unfit('START TRANSACTION; SELECT 1; COMMIT; SELECT 2')).toBe('fit')
  for (const sql of [
    'START TRANSACTION; SELECT 1',
    'SELECT 1; COMMIT',
    'BEGIN; BEGIN; SELECT 1; COMMIT',
    'BEGIN; SELECT 1; ROLLBACK',
    'SELECT 1; SAVEPOINT a',
    'BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT',
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1',
    'DO $$ BEGIN COMMIT; END $$',
  ]) {
    expect([sql, await unfit(sql)]).toEqual([sql, 'transaction-control'])
  }
  for (const sql of [
    'SET LOCAL lock_timeout = 0',
    'RESET ALL',
    'DISCARD ALL',
    'SET SESSION AUTHORIZATION x',
    'SET search_path = public',
    `SELECT pg_catalog.set_config('search_path', '', false)`,
    `DO $$ BEGIN PERFORM set_config('lock_timeout', '0', true); END $$`,
  ]) {
    expect([sql, await unfit(sql)]).toEqual([sql, 'session-setting'])
  }
  for (const sql of [
    'SET search_path = a',
    'SET LOCAL search_path = a, public',
    `SET LOCAL SCHEMA 'a'`,
    `SELECT set_config('search_path', 'public, a', true)`,
    `SELECT set_config('search_path', b, true) FROM c`,
    `DO $$ BEGIN SET LOCAL search_path TO a; END $$`,
  ]) {
    expect([sql, await unfit(sql)]).toEqual([sql, 'search-path'])
  }
  for (const sql of [
    'SET LOCAL search_path = public, pg_catalog',
    `SET LOCAL search_path = ''`,
    'SET LOCAL search_path TO DEFAULT',
    `SELECT set_config('search_path', 'pg_catalog, public', true)`,
    'SET LOCAL ROLE hrms_owner',
    `SELECT set_config('a.b', 'c', true)`,
  ]) {
    expect([sql, await unfit(sql)]).toEqual([sql, 'fit'])
  }
  expect(await unfit('COPY a FROM stdin;')).toBe('copy-from-stdin')
  expect(await unfit('BEGIN; CREATE INDEX CONCURRENTLY i ON a (b); COMMIT')).toBe('inside-transaction')
  expect(await unfit('DROP INDEX CONCURRENTLY i', 'down')).toBe('concurrently-in-down')
  expect(await unfit('CREATE INDEX CONCURRENTLY ON a (b)')).toBe('index-unnamed')
})

test('a temporary table that another part of the file has made is refused: it ended with its session', async () => {
  const make = 'CREATE TEMP TABLE ids AS SELECT 1 AS id'
  for (const sql of [
    `${make}; CREATE INDEX CONCURRENTLY i ON a (b); UPDATE a SET b = 1 FROM ids`,
    `BEGIN; SELECT 1 AS id INTO TEMP ids; COMMIT; BEGIN; DROP TABLE IF EXISTS ids; COMMIT`,
    `${make}; VACUUM ids`,
    `BEGIN; DO $$ BEGIN CREATE TEMP TABLE ids (); END $$; COMMIT; DO $$ BEGIN DELETE FROM ids; END $$`,
  ])
    expect([sql, await unfit(sql)]).toEqual([sql, 'temporary-gone'])
  for (const sql of [
    `${make}; UPDATE a SET b = 1 FROM ids; CREATE INDEX CONCURRENTLY i ON a (b)`,
    `${make}; VACUUM a; ${make}; DELETE FROM ids`,
    `${make}; VACUUM a; DELETE FROM public.ids; WITH ids AS (SELECT 1) SELECT * FROM ids`,
    `${make}; DROP TABLE ids; VACUUM a; DELETE FROM ids`,
    `BEGIN; CREATE TEMP TABLE ids () ON COMMIT DROP; COMMIT; DELETE FROM ids`,
  ])
    expect([sql, await unfit(sql)]).toEqual([sql, 'fit'])
})

test('a history row that is committed before the rest of its migration is refused', async () => {
  const row = `INSERT INTO master."__EFMigrationsHistory" VALUES ('1_a', '9.0.10')`
  expect(await unfit(`CREATE TABLE a (); ${row}; CREATE TABLE b ()`)).toBe('fit')
  expect(await unfit(`BEGIN; ${row}; COMMIT; BEGIN; CREATE TABLE b (); COMMIT`)).toBe('history-early')
  expect(await unfit(`${row}; VACUUM a`)).toBe('history-early')
})
