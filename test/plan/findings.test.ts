import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Looked } from '../../src/plan/looked.ts'
import {
  autovacuum,
  openTransactions,
  replicas,
  standbys,
  wraparound,
} from '../../src/plan/findings-server.ts'
import { found, finding, planOf, planTarget, type PlanTarget } from './target.ts'

const uncommitted = async (target: PlanTarget, statement: string, application: string) => {
  const other = new pg.Client({ connectionString: target.database.url, application_name: application })
  await other.connect()
  onTestFinished(() => other.end().catch(() => {}))
  await other.query('begin')
  await other.query(statement)
  return other
}

/** What a check is given, with a server’s answer that no test’s server can give. */
const answering = (...rows: object[]) =>
  ({ client: { query: async () => ({ rows }) }, touched: ['master.t'] }) as unknown as Looked

describe('what stands in the way on the server', () => {
  it('is a version that the migration is not made for', async () => {
    const target = await planTarget()
    const runbook = { ...target.runbook, target: { ...target.runbook.target, minimumVersion: 99 } }
    expect(finding(await target.plan({ runbook }), 'server-too-old')).toMatchObject({
      level: 'blocker',
      problem: { needs: '99' },
    })
  })

  it('is every session that is not the application’s, noted; an old transaction, warned of', async () => {
    const target = await planTarget()
    await uncommitted(target, `update master."Tenants" set "UpdatedAt" = now()`, 'payroll-job')
    const made = await target.plan()
    const sessions = finding(made, 'sessions-open')
    expect(sessions?.level).toBe('note')
    expect(sessions?.problem.sessions).toContainEqual(
      expect.objectContaining({
        application: 'payroll-job',
        state: 'idle in transaction',
        wrote: true,
        command: 'UPDATE',
      }),
    )
    expect(planOf(made).measured.sessions.map((session) => session.application)).not.toContain(
      'lockkeeper:7F3A',
    )
    const looked = { client: target.client } as Looked
    expect(await openTransactions(looked, 0)).toMatchObject([
      { level: 'warning', problem: { code: 'long-transaction', sessions: [{ application: 'payroll-job' }] } },
    ])
    expect(await openTransactions(looked)).toEqual([])
  })

  it('is a prepared transaction, which no count of sessions shows', async () => {
    const target = await planTarget()
    const gid = `gid-${target.database.name}`
    const other = await uncommitted(target, `lock master."RefreshTokens" in access share mode`, 'x')
    await other.query(`prepare transaction '${gid}'`)
    const made = await target.plan()
    await other.query(`rollback prepared '${gid}'`)
    expect(finding(made, 'prepared-transactions')).toMatchObject({
      level: 'blocker',
      problem: { transactions: [{ gid, owner: 'postgres' }] },
    })
  })

  it('is a dump that is running', async () => {
    const target = await planTarget()
    await uncommitted(target, 'select 1', 'pg_dump')
    expect(finding(await target.plan(), 'dump-running')?.level).toBe('blocker')
  })

  it('is a logical subscriber; an unused slot, warned of', async () => {
    const target = await planTarget()
    const slot = `slot_${target.database.name}`
    await target.client.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [slot])
    const made = await target.plan()
    await target.client.query('select pg_drop_replication_slot($1)', [slot])
    expect(finding(made, 'logical-subscriber')).toEqual({
      level: 'blocker',
      problem: { code: 'logical-subscriber', slots: [slot] },
    })
    const unused = planOf(made).measured.checks.flatMap((check) => check.findings)
    expect(unused).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        problem: expect.objectContaining({ code: 'replication-slot-inactive', slot }) as object,
      }),
    )
  })

  it('is a vacuum against wraparound, of these tables', async () => {
    expect(await wraparound(answering({ table: 'master.t', pid: 7 }))).toEqual([
      { level: 'blocker', problem: { code: 'wraparound-vacuum', table: 'master.t', pid: 7 } },
    ])
  })

  it('is a lock timeout that no autovacuum gives way to, where there is any', async () => {
    const target = await planTarget()
    const window = { ...target.runbook.window, lockTimeout: 1_000 }
    const changed = { runbook: { ...target.runbook, window } }
    expect(finding(await target.plan(changed), 'lock-timeout-short')).toEqual({
      level: 'warning',
      problem: { code: 'lock-timeout-short', lockTimeout: 1_000, deadlockTimeout: 1_000 },
    })
    expect(found(await target.plan())).not.toContain('warning lock-timeout-short')
    expect(await autovacuum({ ...answering({ milliseconds: null }), ...changed })).toEqual([])
  })

  it('is a replica that is behind by more than a segment, and commits that wait for a standby', async () => {
    const segment = 16 * 1024 * 1024
    expect(
      await replicas(answering({ replica: 'a', bytes: segment }, { replica: 'b', bytes: segment + 1 })),
    ).toEqual([{ level: 'warning', problem: { code: 'replica-lag', replica: 'b', bytes: segment + 1 } }])
    expect(await standbys(answering({ names: 'FIRST 1 (b)' }))).toEqual([
      { level: 'note', problem: { code: 'synchronous-standby', names: 'FIRST 1 (b)' } },
    ])
    expect(await standbys(answering({ names: '' }))).toEqual([])
  })

  it('are triggers: of events, and of the tables that the migration touches, not of others', async () => {
    const target = await planTarget()
    await target.client.query(`
      create function public.noted() returns event_trigger language plpgsql as 'begin end';
      create event trigger noted_ddl on ddl_command_end execute function public.noted();
      create function public.row_noted() returns trigger language plpgsql as 'begin return new; end';
      create trigger noted_row before update on master."RefreshTokens" for each row execute function public.row_noted();
      create trigger other_row before update on master."Tenants" for each row execute function public.row_noted()`)
    const made = await target.plan()
    expect(finding(made, 'event-triggers')).toMatchObject({
      level: 'warning',
      problem: { triggers: ['noted_ddl'] },
    })
    const rows = planOf(made)
      .measured.checks.flatMap((check) => check.findings)
      .filter(({ problem }) => problem.code === 'row-triggers')
    expect(rows).toEqual([
      {
        level: 'warning',
        problem: { code: 'row-triggers', table: 'master."RefreshTokens"', triggers: ['noted_row'] },
      },
    ])
  })

  it('are superusers, whom closing does not keep out', async () => {
    const target = await planTarget()
    const superusers = finding(await target.plan(), 'connection-roles-super')
    expect(superusers?.level).toBe('note')
    expect(superusers?.problem.roles).toContain('postgres')
  })

  it('is a table to count that does not exist', async () => {
    const target = await planTarget()
    const verification = { ...target.runbook.verification, counts: ['master."Tenants"', 'master."Nobody"'] }
    expect(
      finding(await target.plan({ runbook: { ...target.runbook, verification } }), 'tables-missing'),
    ).toEqual({
      level: 'blocker',
      problem: { code: 'tables-missing', tables: ['master."Nobody"'] },
    })
  })
})

describe('what the bot’s role lacks', () => {
  it('is everything, for the application’s own role: what it cannot see is not said to be good', async () => {
    const target = await planTarget({ as: 'hrms_app' })
    const made = await target.plan()
    const { checks, sessions } = planOf(made).measured
    const lacking = checks
      .flatMap((check) => check.findings)
      .flatMap(({ problem }) => (problem.code === 'privilege-missing' ? problem : []))
    expect(lacking.map(({ needs, why }) => `${why}: ${needs}`)).toEqual([
      expect.stringContaining('close: ') as string,
      'end: membership in pg_signal_backend',
      'migrate: membership in hrms_owner',
    ])
    expect(finding(made, 'monitoring-missing')).toEqual({
      level: 'blocker',
      problem: { code: 'monitoring-missing', role: 'hrms_app' },
    })
    expect(sessions).toEqual([])
    const names = checks.map((check) => check.name)
    for (const blind of ['Sessions', 'Long transactions', 'Running dumps', 'Lag of replicas'])
      expect(names).not.toContain(blind)
    expect(names).toContain('Prepared transactions')
  })

  it('is closing, where it is no member of the database’s owner', async () => {
    const target = await planTarget({ owner: 'postgres' })
    expect(finding(await target.plan(), 'privilege-missing')).toMatchObject({
      level: 'blocker',
      problem: { role: 'lockkeeper', why: 'close' },
    })
  })

  it('is acting as the application, for the owner', async () => {
    const target = await planTarget({ as: 'hrms_owner' })
    const checks = planOf(await target.plan()).measured.checks
    expect(
      checks.find((check) => check.name === 'Right to try out as the application')?.findings,
    ).toMatchObject([
      {
        level: 'blocker',
        problem: { code: 'privilege-missing', needs: 'membership in hrms_app', why: 'try-out' },
      },
    ])
  })

  it('is reading what a dump must read: the first few are named', async () => {
    const target = await planTarget()
    await target.client.query(
      `create schema hidden; create table hidden.a (); create table hidden.b (); create table hidden.c (); create sequence hidden.d`,
    )
    expect(finding(await target.plan({ kind: 'backup' }), 'privilege-missing')).toMatchObject({
      level: 'blocker',
      problem: { needs: 'SELECT on hidden.a, hidden.b, hidden.c and 1 more', why: 'dump' },
    })
  })

  it('is reading rows that a policy hides from it: neither a dump nor a count has them all', async () => {
    const target = await planTarget()
    await target.client.query(
      `create table public.hidden (a int); alter table public.hidden enable row level security; grant select on public.hidden to lockkeeper;
       create table public.owned (a int); alter table public.owned enable row level security; alter table public.owned owner to hrms_owner`,
    )
    expect(finding(await target.plan({ kind: 'backup' }), 'privilege-missing')).toMatchObject({
      level: 'blocker',
      problem: { needs: 'BYPASSRLS, for the policies of public.hidden', why: 'dump' },
    })
  })

  it('is keeping what a rollback drops, where it may not create a schema', async () => {
    const target = await planTarget({ owner: 'postgres' })
    await target.migrated()
    const checks = planOf(await target.plan({ kind: 'rollback' })).measured.checks
    expect(
      checks.find((check) => check.name === 'Right to keep what a rollback drops')?.findings,
    ).toMatchObject([{ problem: { needs: 'CREATE on the database', why: 'keep' } }])
  })

  it('is marking what is done of a migration that commits in parts, where it may not create a schema', async () => {
    const target = await planTarget({ owner: 'postgres' })
    const name = 'Right to mark what is done'
    const found = async () =>
      planOf(await target.plan()).measured.checks.find((check) => check.name === name)?.findings
    expect(await found()).toEqual([])
    const file = path.join(target.folder, 'migrations', '20251113040317_AddSecurityEnhancements.up.sql')
    await writeFile(file, `VACUUM master."RefreshTokens";\n${await readFile(file, 'utf8')}`)
    expect(await found()).toMatchObject([{ problem: { needs: 'CREATE on the database', why: 'mark' } }])
  })
})

describe('the application’s role', () => {
  it.each([
    ['nobody_at_all', 'blocker', 'missing'],
    ['pg_monitor', 'blocker', 'cannot-connect'],
    ['postgres', 'warning', 'super'],
    ['hrms_owner', 'warning', 'owner'],
  ])('is unfit: %s', async (role, level, why) => {
    const target = await planTarget()
    const runbook = { ...target.runbook, target: { ...target.runbook.target, application: { role } } }
    expect(finding(await target.plan({ runbook }), 'application-role-unfit')).toEqual({
      level,
      problem: { code: 'application-role-unfit', role, why },
    })
  })

  it('is unfit to try out where it does not exist', async () => {
    const target = await planTarget()
    const verification = { ...target.runbook.verification, tryOut: { as: 'nobody_at_all', sql: 'select 1' } }
    expect(found(await target.plan({ runbook: { ...target.runbook, verification } }))).toContain(
      'blocker application-role-unfit',
    )
  })
})
