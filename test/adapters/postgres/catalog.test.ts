import { expect } from 'vitest'
import {
  countRows,
  readTables,
  shapeDifferences,
  tableSizes,
} from '../../../src/adapters/postgres/catalog.ts'
import type { TargetSession } from '../../../src/adapters/postgres/target-session.ts'
import { type Hrms, test, valueOf } from './hrms.ts'

const session = async (hrms: Hrms): Promise<TargetSession> => valueOf(await hrms.target().connect())

test('a table is described with its columns, constraints, indexes and triggers, everything with its schema', async ({
  hrms,
}) => {
  const root = await hrms.client()
  await root.query(
    `create function master.note() returns trigger language plpgsql as 'begin return new; end'`,
  )
  await root.query(
    'create trigger noted before insert on master."AdminUsers" for each row execute function master.note()',
  )
  await root.query(
    'create table public.odd (a int generated always as identity, b int generated always as (1) stored)',
  )
  const { client, end } = await session(hrms)
  const [tokens, admins, odd, nothing] = await readTables(client, [
    'master."RefreshTokens"',
    'master."AdminUsers"',
    'public.odd',
    'master.nothing',
  ])
  expect(tokens).toMatchObject({ name: 'master."RefreshTokens"', exists: true, triggers: [] })
  expect(tokens?.columns.slice(0, 2)).toEqual([
    { name: 'Id', type: 'uuid', nullable: false, default: null },
    { name: 'AdminUserId', type: 'uuid', nullable: false, default: null },
  ])
  expect(tokens?.constraints[0]).toEqual({
    name: 'FK_RefreshTokens_AdminUsers_AdminUserId',
    definition: 'FOREIGN KEY ("AdminUserId") REFERENCES master."AdminUsers"("Id") ON DELETE CASCADE',
    valid: true,
  })
  expect(tokens?.indexes.map(({ name }) => name)).toEqual([
    'IX_RefreshTokens_AdminUserId',
    'IX_RefreshTokens_AdminUserId_ExpiresAt',
    'IX_RefreshTokens_ExpiresAt',
    'IX_RefreshTokens_Token',
    'PK_RefreshTokens',
  ])
  expect(admins?.columns.find(({ name }) => name === 'IsInitialSetupAccount')).toMatchObject({
    default: 'false',
  })
  expect(admins?.triggers).toEqual([
    {
      name: 'noted',
      definition:
        'CREATE TRIGGER noted BEFORE INSERT ON master."AdminUsers" FOR EACH ROW EXECUTE FUNCTION master.note()',
    },
  ])
  expect(odd?.columns.map((column) => column.default)).toEqual([
    'generated always as identity',
    'generated always as (1)',
  ])
  expect(nothing).toEqual({
    name: 'master.nothing',
    exists: false,
    columns: [],
    constraints: [],
    indexes: [],
    triggers: [],
  })
  await end()
})

test('a successful Down leaves a default behind: comparing before and after shows it', async ({ hrms }) => {
  const { client, end } = await session(hrms)
  const names = ['master."RefreshTokens"', 'master."New"']
  const before = await readTables(client, names)
  expect(shapeDifferences(before, before)).toEqual([])
  await (
    await hrms.client()
  )
    .query(`alter table master."RefreshTokens" alter "AdminUserId" set default '00000000-0000-0000-0000-000000000000',
           add "TenantId" uuid, drop "ReasonRevoked", add constraint c check ("Token" <> '') not valid;
           drop index master."IX_RefreshTokens_ExpiresAt"; create table master."New" ()`)
  expect(shapeDifferences(before, await readTables(client, names))).toEqual([
    `master."RefreshTokens", column "AdminUserId": uuid NOT NULL → uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'::uuid`,
    'master."RefreshTokens", column "ReasonRevoked": character varying(200) → absent',
    'master."RefreshTokens", column "TenantId": absent → uuid',
    `master."RefreshTokens", constraint "c": absent → CHECK ((("Token")::text <> ''::text)) NOT VALID (not valid)`,
    'master."RefreshTokens", index "IX_RefreshTokens_ExpiresAt": CREATE INDEX "IX_RefreshTokens_ExpiresAt" ON master."RefreshTokens" USING btree ("ExpiresAt") → absent',
    'master."New": absent → a table',
  ])
  await end()
})

test('rows are counted exactly, and a table that is missing has no count', async ({ hrms }) => {
  const { client, end } = await session(hrms)
  await (
    await hrms.client()
  ).query(
    'delete from master."RefreshTokens" where ctid in (select ctid from master."RefreshTokens" limit 1)',
  )
  expect(
    await countRows(client, ['master."RefreshTokens"', 'master.nothing', 'master."AdminUsers"']),
  ).toEqual([
    { table: 'master."RefreshTokens"', rows: 999 },
    { table: 'master."AdminUsers"', rows: 20 },
  ])
  await end()
})

test('a name that is no table’s is never part of a statement', async ({ hrms }) => {
  const { client, end } = await session(hrms)
  const name = 'master."RefreshTokens"; drop table master."Tenants"'
  await expect(countRows(client, [name])).rejects.toMatchObject({ code: '42602' })
  expect(await countRows(client, ['master."Tenants"'])).toEqual([{ table: 'master."Tenants"', rows: 5 }])
  await end()
})

test('sizes hold indexes too, and those of partitions are summed', async ({ hrms }) => {
  await (
    await hrms.client()
  ).query(`create table master.p (a int) partition by range (a);
           create table master.p1 partition of master.p for values from (0) to (10);
           create table master.p2 partition of master.p for values from (10) to (20);
           insert into master.p select generate_series(0, 19); analyze master.p; analyze master.p1; analyze master.p2`)
  const { client, end } = await session(hrms)
  const [tokens, parted] = await tableSizes(client, ['master."RefreshTokens"', 'master.p', 'master.nothing'])
  expect(tokens).toMatchObject({ table: 'master."RefreshTokens"', rows: 1000 })
  expect(tokens?.bytes).toBeGreaterThan(300_000)
  expect(parted).toMatchObject({ table: 'master.p', rows: 20, bytes: 16_384 })
  await end()
})
