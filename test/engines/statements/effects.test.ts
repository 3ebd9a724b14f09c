import { expect, test } from 'vitest'
import { prepared } from '../scripts.ts'

test('losses follow a table and a column through their renamings, and leave out what the move makes itself', async () => {
  const { down } = await prepared(
    `ALTER TABLE a ADD b int DEFAULT 5, ADD c json DEFAULT '{}', ADD d timestamptz DEFAULT now(), ADD e int GENERATED ALWAYS AS (1) STORED;
     ALTER TABLE a ADD f text; UPDATE a SET f = g`,
    `ALTER TABLE a RENAME b TO b2; ALTER TABLE a RENAME TO z; ALTER TABLE z DROP b2, DROP c, DROP d, DROP f;
     ALTER TABLE z ALTER g SET NOT NULL; CREATE TABLE new (h int); ALTER TABLE new DROP h; DROP TABLE other`,
  )
  expect(down?.drops).toEqual([
    { table: 'public.a', column: 'b', gave: { value: '5' } },
    { table: 'public.a', column: 'c', gave: { value: '{}', asText: true } },
    { table: 'public.a', column: 'd', gave: 'unknown' },
    { table: 'public.a', column: 'f', gave: 'unknown' },
    { table: 'public.other', column: null, gave: 'unknown' },
  ])
  expect(down?.restores).toEqual([{ table: 'public.a', column: 'g' }])
})

test('what a column got is known where its table and itself are renamed beside it', async () => {
  const { down } = await prepared(
    `ALTER TABLE a RENAME TO b; ALTER TABLE b SET SCHEMA sales; ALTER TABLE sales.b ADD c text NOT NULL DEFAULT '';
     ALTER TABLE sales.b RENAME c TO d`,
    `ALTER TABLE sales.b DROP COLUMN d; ALTER TABLE sales.b SET SCHEMA public; ALTER TABLE b RENAME TO a`,
  )
  expect(down?.drops).toEqual([{ table: 'sales.b', column: 'd', gave: { value: '' } }])
})

test('a table that is dropped is lost, also where another one of its name is made', async () => {
  const { down } = await prepared(
    'SELECT 1',
    `DROP TABLE a; CREATE TABLE a (b int); ALTER TABLE a DROP COLUMN b;
     ALTER TABLE c RENAME TO d; CREATE TABLE c (e int); DROP TABLE c; DROP TABLE d`,
  )
  expect(down?.drops).toEqual([
    { table: 'public.a', column: null, gave: 'unknown' },
    { table: 'public.c', column: null, gave: 'unknown' },
  ])
})

test('what is gone and what is NOT NULL after a way down is told by the names of then', async () => {
  const { down } = await prepared(
    'SELECT 1',
    `ALTER TABLE sales.b ALTER COLUMN c SET NOT NULL; ALTER TABLE sales.b DROP COLUMN d; ALTER TABLE sales.b DROP COLUMN e;
     ALTER TABLE sales.b ADD e int GENERATED ALWAYS AS (1) STORED; ALTER TABLE sales.b RENAME COLUMN c TO c1;
     ALTER TABLE sales.b SET SCHEMA public; ALTER TABLE b RENAME TO a; DROP TABLE f; CREATE TABLE f (g int); DROP TABLE h`,
  )
  expect(down?.after).toEqual({
    gone: [
      { table: 'public.a', column: 'd' },
      { table: 'public.h', column: null },
    ],
    notNull: [{ table: 'public.a', column: 'c1' }],
  })
})

test('a column that a way down makes is none that was there before, whatever its name', async () => {
  const { down } = await prepared(
    'ALTER TABLE a RENAME n TO m; ALTER TABLE a ADD n int DEFAULT 5; ALTER TABLE a RENAME n TO l',
    `ALTER TABLE a ADD b int; ALTER TABLE a ALTER b SET NOT NULL; ALTER TABLE a ADD c int NOT NULL DEFAULT 0, ALTER c SET NOT NULL;
     ALTER TABLE a DROP d; ALTER TABLE a RENAME b TO d; ALTER TABLE a RENAME e TO f; ALTER TABLE a ADD e int; ALTER TABLE a DROP e;
     ALTER TABLE a DROP f; ALTER TABLE a DROP l; SELECT 1 INTO made; DROP TABLE made`,
  )
  expect(down?.drops).toEqual([
    { table: 'public.a', column: 'd', gave: 'unknown' },
    { table: 'public.a', column: 'e', gave: 'unknown' },
    { table: 'public.a', column: 'l', gave: { value: '5' } },
  ])
  expect(down?.restores).toEqual([])
  expect(down?.after).toEqual({
    gone: [
      { table: 'public.a', column: 'e' },
      { table: 'public.a', column: 'l' },
    ],
    notNull: [
      { table: 'public.a', column: 'd' },
      { table: 'public.a', column: 'c' },
    ],
  })
})
