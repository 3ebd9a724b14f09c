import type pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import {
  currentLsn,
  databaseBytes,
  eventTriggers,
  exclusiveHolders,
  inactiveSlots,
  logicalSlots,
  longTransactions,
  replicaLags,
  roleAttributes,
  rowTriggers,
  runningDumps,
  superuserLogins,
  synchronousStandbys,
  wraparoundVacuums,
} from '../../../src/adapters/postgres/facts.ts'
import { hrmsDatabase } from '../../databases.ts'
import { type Hrms, test, valueOf } from './hrms.ts'

async function look(hrms: Hrms): Promise<pg.Client> {
  const { client, end } = valueOf(await hrms.target().connect({ settings: { readOnly: true } }))
  onTestFinished(end)
  return client
}

test('a transaction that is open for long is named, a young one is not', async ({ hrms }) => {
  const client = await look(hrms)
  const app = await hrms.session('hrms_reporting', 'metabase')
  await app.query('begin')
  await app.query('select 1')
  expect(await longTransactions(client, 3600)).toEqual([])
  await expect
    .poll(async () => (await longTransactions(client, 0.01)).map(({ application }) => application))
    .toEqual(['metabase'])
})

test('a dump of this database is found by its name, one of another database is none of ours', async ({
  hrms,
}) => {
  const client = await look(hrms)
  expect(await runningDumps(client)).toEqual([])
  const dump = await hrms.session('hrms_owner', 'pg_dump')
  const { rows } = await dump.query('select pg_backend_pid() as pid')
  expect(await runningDumps(client)).toEqual([{ pid: rows[0].pid, since: expect.stringMatching(/Z$/) }])
})

test('a logical slot of this database is named, and as one that nobody reads too', async ({ hrms }) => {
  const client = await look(hrms)
  const root = await hrms.client()
  expect(await logicalSlots(client)).toEqual([])
  await root.query('select pg_create_logical_replication_slot($1, $2)', [hrms.name, 'pgoutput'])
  expect(await logicalSlots(client)).toEqual([hrms.name])
  expect((await inactiveSlots(client)).find(({ slot }) => slot === hrms.name)).toEqual({
    slot: hrms.name,
    bytes: expect.any(Number),
  })
  await root.query('select pg_drop_replication_slot($1)', [hrms.name])
})

test('event triggers and row triggers are named, disabled ones and foreign keys’ own are not', async ({
  hrms,
}) => {
  const client = await look(hrms)
  const tables = ['master."RefreshTokens"', 'master."AdminUsers"', 'master.nothing']
  expect(await rowTriggers(client, tables)).toEqual([])
  await (
    await hrms.client()
  ).query(`create function public.e() returns event_trigger language plpgsql as 'begin end';
           create event trigger on_ddl on ddl_command_end execute function public.e();
           create event trigger off_ddl on ddl_command_end execute function public.e();
           alter event trigger off_ddl disable;
           create function public.t() returns trigger language plpgsql as 'begin return new; end';
           create trigger b before insert on master."AdminUsers" for each row execute function public.t();
           create trigger a before insert on master."AdminUsers" for each row execute function public.t();
           create trigger c before insert on master."AdminUsers" for each row execute function public.t();
           alter table master."AdminUsers" disable trigger c`)
  expect(await eventTriggers(client)).toEqual(['on_ddl'])
  expect(await rowTriggers(client, tables)).toEqual([{ table: 'master."AdminUsers"', triggers: ['a', 'b'] }])
})

test('roles are told apart: owner, application, superuser, none', async ({ hrms }) => {
  const client = await look(hrms)
  const plain = { exists: true, superuser: false, login: true, owns: false, connects: true }
  expect(await roleAttributes(client, 'hrms_app')).toEqual({ role: 'hrms_app', ...plain })
  expect(await roleAttributes(client, 'lockkeeper')).toMatchObject({ owns: true })
  expect(await roleAttributes(client, 'postgres')).toMatchObject({ superuser: true })
  expect(await roleAttributes(client, 'nobody_at_all')).toMatchObject({ exists: false, connects: false })
  expect(await superuserLogins(client)).toContain('postgres')
})

test('a server without standbys has no lag, waits for none, and knows its size and its log’s end', async ({
  hrms,
}) => {
  const client = await look(hrms)
  expect(await replicaLags(client)).toEqual([])
  expect(await synchronousStandbys(client)).toBe('')
  expect(await wraparoundVacuums(client, ['master."RefreshTokens"'])).toEqual([])
  expect(await databaseBytes(client)).toBeGreaterThan(5_000_000)
  expect(await currentLsn(client)).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
})

test('who holds a table is looked up in this database alone: a copy has the same OIDs', async ({ hrms }) => {
  const client = await look(hrms)
  const copy = await hrmsDatabase()
  const lock = 'begin; lock table master."Tenants" in access exclusive mode'
  await (await copy.client()).query(lock)
  expect(await exclusiveHolders(client, 'master."Tenants"')).toEqual([])
  await (await hrms.session('hrms_owner', 'holder')).query(lock)
  expect(await exclusiveHolders(client, 'master."Tenants"')).toMatchObject([{ application: 'holder' }])
  await copy.drop()
})
