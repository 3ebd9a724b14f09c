import { expect } from 'vitest'
import { unmigrated } from '../../../src/engines/efcore/model.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'

// The script is that of a whole model, as `dotnet ef dbcontext script` writes it; the database is real.

const admins = 'CREATE TABLE master."AdminUsers" ("Id" uuid NOT NULL, "Email" text NOT NULL);'
const found = async (hrms: Hrms, model: string, ups: string[] = []) =>
  valueOf(await unmigrated(hrms.target(), model, ups))

test('a model whose tables, columns and indexes are all there wants nothing', async ({ hrms }) => {
  expect(await found(hrms, admins)).toEqual({ tables: [], columns: [], indexes: [] })
})

test('tables, columns and indexes that are missing are named', async ({ hrms }) => {
  const model = `
    CREATE TABLE master."AdminUsers" ("Id" uuid NOT NULL, "Motto" text);
    CREATE TABLE master."Invoices" ("Id" uuid NOT NULL);
    CREATE INDEX "IX_AdminUsers_Motto" ON master."AdminUsers" ("Motto");`
  expect(await found(hrms, model)).toEqual({
    tables: ['master."Invoices"'],
    columns: ['master."AdminUsers".Motto'],
    indexes: ['IX_AdminUsers_Motto'],
  })
})

test('what the migrations bring, also by a new name, is not missing', async ({ hrms }) => {
  const model = `
    CREATE TABLE master."AdminUsers" ("Id" uuid NOT NULL, "Motto" text, "Mail" text);
    CREATE TABLE master."Invoices" ("Id" uuid NOT NULL);
    CREATE TABLE master."Clients" ("Id" uuid NOT NULL);
    CREATE INDEX "IX_AdminUsers_Motto" ON master."AdminUsers" ("Motto");
    CREATE INDEX "IX_AdminUsers_Mail" ON master."AdminUsers" ("Mail");`
  const up = `
    CREATE TABLE master."Invoices" ("Id" uuid NOT NULL);
    ALTER TABLE master."Tenants" RENAME TO "Clients";
    ALTER TABLE master."AdminUsers" ADD "Motto" text;
    ALTER TABLE master."AdminUsers" RENAME COLUMN "Email" TO "Mail";
    CREATE INDEX "IX_AdminUsers_Motto" ON master."AdminUsers" ("Motto");
    ALTER INDEX master."IX_AdminUsers_Email" RENAME TO "IX_AdminUsers_Mail";`
  expect(await found(hrms, model, [up])).toEqual({ tables: [], columns: [], indexes: [] })
})

test('tables that move to another schema, are filled as they are made, or take an old name, are not missing', async ({
  hrms,
}) => {
  const model = `
    CREATE TABLE sales."Clients" ("Id" uuid NOT NULL, "Motto" text);
    CREATE INDEX "IX_Clients_Motto" ON sales."Clients" ("Motto");
    CREATE TABLE master."Names" ("Id" uuid NOT NULL);
    CREATE TABLE master."Parts" ("Id" uuid NOT NULL);
    CREATE TABLE master."AdminUsers" ("Id" uuid NOT NULL, "Since" date);
    CREATE INDEX "IX_AdminUsers_Since" ON master."AdminUsers" ("Since");`
  const up = `
    ALTER TABLE master."Tenants" RENAME TO "Clients";
    ALTER TABLE master."Clients" SET SCHEMA sales;
    ALTER TABLE sales."Clients" ADD "Motto" text;
    CREATE INDEX "IX_Clients_Motto" ON sales."Clients" ("Motto");
    CREATE TABLE master."Names" AS SELECT "Id" FROM master."AdminUsers";
    DO $$ BEGIN CREATE TABLE master."Parts" ("Id" uuid NOT NULL); END $$;
    ALTER TABLE master."AdminUsers" RENAME TO "OldUsers";
    CREATE TABLE master."AdminUsers" ("Id" uuid NOT NULL, "Since" date);
    CREATE INDEX "IX_AdminUsers_Since" ON master."AdminUsers" ("Since");`
  expect(await found(hrms, model, [up])).toEqual({ tables: [], columns: [], indexes: [] })
})

test('a model whose script is not SQL is compared with nothing, and says so (model-unread)', async ({
  hrms,
}) => {
  const broken = `${admins}\nCREATE TABLE master."T" ("Id" uuid DEFAULT );`
  const problem = { code: 'model-unread', line: 2, near: ');' }
  expect(await unmigrated(hrms.target(), broken, [])).toEqual({ ok: false, problem })
})
