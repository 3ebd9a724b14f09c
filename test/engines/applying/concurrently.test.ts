import type pg from 'pg'
import { expect } from 'vitest'
import type { Progress } from '../../../src/domain/step.ts'
import type { Engine } from '../../../src/engines/engine.ts'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { applying, before, initial, prepared } from '../scripts.ts'

const id = '20260101000000_Test'
const index = 'CREATE UNIQUE INDEX CONCURRENTLY "IX_Test" ON master."RefreshTokens" ("CreatedByIp");'

const history = async (client: pg.Client): Promise<string[]> => {
  const { rows } = await client.query(
    'select "MigrationId" as id from master."__EFMigrationsHistory" order by 1',
  )
  return rows.map((row) => row.id)
}

/** Null: there is none. */
const validity = async (client: pg.Client): Promise<boolean | null> => {
  const { rows } = await client.query(
    `select indisvalid as valid from pg_index where indexrelid = to_regclass('master."IX_Test"')`,
  )
  return rows[0]?.valid ?? null
}

/** Makes every address another one, so that a unique index can be built. */
const makeUnique = (client: pg.Client): Promise<unknown> =>
  client.query(`with n as (select "Id", row_number() over () as n from master."RefreshTokens")
                update master."RefreshTokens" r set "CreatedByIp" = n.n from n where n."Id" = r."Id"`)

const setUp = async (hrms: Hrms, sql = index) => ({ root: await hrms.client(), ...(await prepared(sql)) })

test('a unique index that cannot be built fails without row data, leaves no invalid index, and is built by a retry', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms)
  await root.query('update master."RefreshTokens" set "CreatedByIp" = \'10.191.206.7\'')
  const failed = await engine.apply(hrms.target(), up, applying())
  expect(failed).toMatchObject({
    problem: { code: 'sql-error', sqlstate: '23505', constraint: 'IX_Test', line: 1 },
  })
  expect(JSON.stringify(failed)).not.toContain('10.191.206.7')
  expect(await validity(root)).toBeNull()
  expect(await history(root)).toEqual([initial, before])
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ at: 'from' })
  await makeUnique(root)
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
  expect(await validity(root)).toBe(true)
  expect(await history(root)).toEqual([initial, before, id])
})

test('an invalid index of an earlier try is dropped first: IF NOT EXISTS would take it for done', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms, index.replace('"IX_Test"', 'IF NOT EXISTS "IX_Test"'))
  await root.query('update master."RefreshTokens" set "CreatedByIp" = \'same\'')
  await expect(root.query(index)).rejects.toMatchObject({ code: '23505' })
  expect(await validity(root)).toBe(false)
  await makeUnique(root)
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
  expect(await validity(root)).toBe(true)
})

/** Each is refused when it is run once more, by itself or as PostgreSQL would write it down. */
const once = `CREATE INDEX CONCURRENTLY shortened ON public.parted_1 USING btree (lower(name) ASC) WHERE a > 0;
DROP INDEX CONCURRENTLY old_index;
ALTER TABLE parted DETACH PARTITION parted_2 CONCURRENTLY;`

const setUpOnce = async (hrms: Hrms, sql = `${once}\nINSERT INTO public.missing VALUES (1);`) => {
  const made = await setUp(hrms, sql)
  await made.root.query(`grant create on schema public to hrms_owner; set role hrms_owner;
                         create table public.parted (a int, name text) partition by range (a);
                         create table public.parted_1 partition of public.parted for values from (0) to (10);
                         create table public.parted_2 partition of public.parted for values from (10) to (20);
                         create index old_index on public.parted_1 (name);
                         grant select on public.parted to public; reset role`)
  return made
}

/** What was run of a file, without what is added to it. */
const ranOnce = (applied: Awaited<ReturnType<Engine['apply']>>): string[] =>
  applied.status === 'done'
    ? applied.facts.statements.map(({ command }) => command).filter((command) => once.includes(command))
    : [applied.status]

test('what no transaction holds is not run again by a retry: an index, a dropped one, a detached partition', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUpOnce(hrms)
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({ problem: { sqlstate: '42P01' } })
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ half: id })
  await root.query('set role hrms_owner; create table public.missing (a int); reset role')
  expect(ranOnce(await engine.apply(hrms.target(), up, applying()))).toEqual([])
  expect(await history(root)).toEqual([initial, before, id])
})

test('what was done and left no mark of it, as a process that dies leaves it, is found in the catalogue', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUpOnce(hrms)
  await engine.apply(hrms.target(), up, applying())
  await root.query(
    "set role hrms_owner; create table public.missing (a int); reset role; delete from lockkeeper_kept.marks where state = 'done'",
  )
  expect(ranOnce(await engine.apply(hrms.target(), up, applying()))).toEqual([])
  expect((await root.query('select from lockkeeper_kept.marks')).rowCount).toBe(0)
})

test('what had begun and took no effect is run', async ({ hrms }) => {
  const { root, engine, up } = await setUpOnce(hrms)
  await engine.apply(hrms.target(), up, applying())
  await root.query(`delete from lockkeeper_kept.marks where state = 'done';
                    set role hrms_owner; create table public.missing (a int);
                    drop index public.shortened; create index old_index on public.parted_1 (name);
                    alter table public.parted attach partition public.parted_2 for values from (10) to (20)`)
  expect(ranOnce(await engine.apply(hrms.target(), up, applying()))).toEqual([
    'CREATE INDEX CONCURRENTLY',
    'DROP INDEX CONCURRENTLY',
    'ALTER TABLE',
  ])
})

test('an index of that name that no try of ours had begun is somebody else’s, and stays', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms)
  await root.query('create index "IX_Test" on master."RefreshTokens" ("Token")')
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({
    problem: { code: 'sql-error', sqlstate: '42P07' },
  })
  expect(await validity(root)).toBe(true)
})

test('a partition that a cancelled try left half detached counts as a part of the migration, and a retry finishes it', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUpOnce(
    hrms,
    'ALTER TABLE parted DETACH PARTITION parted_2 CONCURRENTLY;',
  )
  const old = await hrms.session()
  await old.query('begin; select count(*) from public.parted')
  const abort = new AbortController()
  const applied = engine.apply(hrms.target(), up, applying({ signal: abort.signal }))
  const pending = 'select from pg_inherits where inhdetachpending'
  await expect.poll(async () => (await root.query(pending)).rowCount).toBe(1)
  abort.abort('U_ASHA')
  expect(await applied).toMatchObject({ problem: { code: 'cancelled' } })
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ half: id })
  await old.query('rollback')
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
  const inherits = "select from pg_inherits where inhrelid = 'public.parted_2'::regclass"
  expect((await root.query(inherits)).rowCount).toBe(0)
})

test('an index that stays invalid although its statement succeeded is not taken for done', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms)
  await makeUnique(root)
  // As it looks when somebody else breaks the index between the statement and our look at it.
  await root.query(`create function public.invalidate() returns event_trigger language plpgsql security definer as
                    $$ begin update pg_index set indisvalid = false where indexrelid = to_regclass('master."IX_Test"'); end $$;
                    create event trigger invalidate on ddl_command_end when tag in ('CREATE INDEX') execute function public.invalidate()`)
  expect(await engine.apply(hrms.target(), up, applying())).toEqual({
    status: 'failed',
    problem: { code: 'index-invalid', index: 'master."IX_Test"' },
  })
  expect(await history(root)).toEqual([initial, before])
})

test('the build has no lock timeout: it waits for an old transaction as long as the statement may take', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms)
  await makeUnique(root)
  const old = await hrms.session()
  await old.query('begin')
  await old.query(
    'insert into master."RefreshTokens" select gen_random_uuid(), "AdminUserId", \'t\', now(), now(), \'x\' from master."RefreshTokens" limit 1',
  )
  const applied = engine.apply(hrms.target(), up, applying({ lockTimeout: 50, lockAttempts: 1 }))
  const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query like 'CREATE UNIQUE INDEX%' and datname = current_database()
                   and state_change < clock_timestamp() - interval '200 ms'`
  await expect.poll(async () => (await root.query(waiting)).rowCount).toBe(1)
  await old.query('commit')
  expect((await applied).status).toBe('done')
  expect(await validity(root)).toBe(true)
})

test('a cancelled build leaves no invalid index behind', async ({ hrms }) => {
  const { root, engine, up } = await setUp(hrms)
  await makeUnique(root)
  const old = await hrms.session()
  await old.query('begin')
  await old.query('select count(*) from master."RefreshTokens"')
  await old.query('update master."RefreshTokens" set "Token" = "Token"')
  const abort = new AbortController()
  const applied = engine.apply(hrms.target(), up, applying({ signal: abort.signal }))
  await expect.poll(() => validity(root)).toBe(false)
  abort.abort()
  await expect
    .poll(
      async () =>
        (
          await root.query(
            `select from pg_stat_activity where query like 'DROP INDEX%' and datname = current_database() and state = 'active'`,
          )
        ).rowCount,
    )
    .toBe(1)
  await old.query('rollback')
  expect(await applied).toMatchObject({ problem: { code: 'cancelled' } })
  expect(await validity(root)).toBeNull()
})

test('a script that commits in parts goes on after its marks, and says that it is half done while they are there', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms, `CREATE TABLE master.a ();\n${index}`)
  const move = { from: before, to: id }
  await root.query('update master."RefreshTokens" set "CreatedByIp" = \'same\'')
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({ problem: { sqlstate: '23505' } })
  expect((await root.query('select to_regclass($1) is not null as made', ['master.a'])).rows).toEqual([
    { made: true },
  ])
  expect(await history(root)).toEqual([initial, before])
  expect(await engine.reconcile(hrms.target(), move)).toEqual({ half: id })
  await makeUnique(root)
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
  expect(await engine.reconcile(hrms.target(), move)).toEqual({ at: 'to' })
  expect((await root.query('select from lockkeeper_kept.marks')).rowCount).toBe(0)
})

test('VACUUM and its kind run outside of any transaction', async ({ hrms }) => {
  const { engine, up } = await setUp(
    hrms,
    'VACUUM master."RefreshTokens"; REINDEX TABLE CONCURRENTLY master."RefreshTokens";',
  )
  expect((await engine.apply(hrms.target(), up, applying())).status).toBe('done')
})

test('what locks others out and no transaction holds waits for its lock as any other: they do not queue behind it for long', async ({
  hrms,
}) => {
  const { root, engine, up } = await setUp(hrms, 'VACUUM FULL master."RefreshTokens"')
  const old = await hrms.session()
  await old.query('begin')
  await old.query('select count(*) from master."RefreshTokens"')
  const stays = await engine.apply(hrms.target(), up, applying({ lockTimeout: 50, lockAttempts: 2 }))
  expect(stays).toMatchObject({ problem: { code: 'lock-timeout', attempts: 2 } })
  expect(await engine.reconcile(hrms.target(), { from: before, to: id })).toEqual({ at: 'from' })
  const progress = ({ unit }: Progress): void => void (unit === 'attempts' && old.query('rollback'))
  const applied = await engine.apply(hrms.target(), up, applying({ lockTimeout: 50, progress }))
  const told = applied.status === 'done' ? applied.facts.statements : []
  const seen = told.map(({ command }) => command).filter((command) => command.startsWith('VACUUM'))
  expect(applied).toMatchObject({
    status: 'done',
    facts: { attempts: 2 },
  })
  expect(seen).toEqual(['VACUUM FULL'])
  expect(await history(root)).toEqual([initial, before, id])
})
