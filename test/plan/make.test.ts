import { appendFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { windowSeconds } from '../../src/domain/plan.ts'
import { digestOf } from '../../src/domain/digest.ts'
import { found, finding, planOf, planTarget } from './target.ts'

describe('a plan of a migration', () => {
  it('says what would be done, from what is on the database to the runbook’s migration and back', async () => {
    const target = await planTarget()
    const plan = planOf(await target.plan())
    const { approved } = plan
    expect(plan).toMatchObject({
      id: '7F3A',
      kind: 'migrate',
      author: 'U012ASHA',
      madeAt: target.input.now,
      of: null,
    })
    expect(plan.digest).toBe(digestOf(approved))
    expect(approved.runbook).toEqual(target.runbook)
    expect(approved.identity).toMatchObject({ database: target.database.name, timeline: 1 })
    expect(approved.serverVersion).toMatch(/^15\./)
    expect(approved.prepared?.up.move).toEqual({
      from: '20251111125329_InitialMasterDb',
      to: '20251113040317_AddSecurityEnhancements',
    })
    expect(approved.prepared?.down?.move).toEqual({
      from: '20251113040317_AddSecurityEnhancements',
      to: '20251111125329_InitialMasterDb',
    })
    expect(approved.prepared?.up.scripts.map((script) => script.file)).toEqual([
      '20251113040317_AddSecurityEnhancements.up.sql',
    ])
    expect(approved.history.migrations.map((each) => each.state)).toEqual(['applied', 'applied', 'pending'])
    expect(approved.schema.map((table) => table.name)).toEqual([
      'master."AdminUsers"',
      'master."RefreshTokens"',
    ])
    expect(approved.routes['roll-back']).not.toBeNull()
    expect(approved.accepted).toBeNull()
  })

  it('measures sizes, sessions and time, and finds what the migration does to rows that exist', async () => {
    const target = await planTarget()
    const made = await target.plan()
    const { measured } = planOf(made)
    expect(measured.databaseBytes).toBeGreaterThan(1_000_000)
    expect(measured.tables).toContainEqual({
      table: 'master."RefreshTokens"',
      rows: 1000,
      bytes: expect.any(Number) as number,
    })
    expect(measured.sessions.map((session) => session.role)).toContain('postgres')
    expect(measured.loss?.rows).toBe(0)
    expect(windowSeconds(planOf(made))).toBeGreaterThan(5)
    expect(found(made)).toEqual([
      'note sessions-open',
      'warning constant-default',
      'warning constant-default',
    ])
    expect(finding(made, 'constant-default')?.problem).toMatchObject({
      table: 'master."RefreshTokens"',
      column: 'LastActivityAt',
      rows: 1000,
    })
    expect(measured.checks.length).toBeGreaterThan(25)
    expect(new Set(measured.checks.map((check) => check.name)).size).toBe(measured.checks.length)
  })

  it('leaves time at its deadline for the migration, its way back and the start', async () => {
    const target = await planTarget()
    const { approved, measured } = planOf(
      await target.plan({ earlier: [{ step: 'start:hrms-api', move: null, seconds: 100 }] }),
    )
    const deadline = approved.routes.forward.find((step) => step.kind === 'deadline')
    expect(deadline?.with.needsSeconds).toBeGreaterThanOrEqual(200)
    expect(measured.estimates.find((each) => each.step === 'start:hrms-api')).toMatchObject({
      seconds: 100,
      from: 'earlier run',
    })
  })

  it('applies what was passed over on the way, and says so', async () => {
    const target = await planTarget()
    await target.client.query(
      `delete from master."__EFMigrationsHistory" where "MigrationId" like '%InitialMasterDb'`,
    )
    expect(finding(await target.plan(), 'also-applies')).toEqual({
      level: 'warning',
      problem: { code: 'also-applies', migrations: ['20251111125329_InitialMasterDb'] },
    })
  })

  it('warns where there is no way down', async () => {
    const target = await planTarget()
    await rm(path.join(target.folder, `migrations/${target.runbook.migration}.down.sql`))
    const made = await target.plan()
    expect(finding(made, 'no-rollback')).toEqual({
      level: 'warning',
      problem: { code: 'no-rollback', migrations: [target.runbook.migration] },
    })
    expect(planOf(made).approved.routes['roll-back']).toBeNull()
  })

  it('warns of an earlier migration that was never applied', async () => {
    const target = await planTarget()
    for (const way of ['up', 'down'])
      await writeFile(
        path.join(target.folder, `migrations/20251101000000_Forgotten.${way}.sql`),
        'select 1;\n',
      )
    expect(finding(await target.plan(), 'history-out-of-order')).toEqual({
      level: 'warning',
      problem: {
        code: 'history-out-of-order',
        migration: '20251101000000_Forgotten',
        after: '20251111125329_InitialMasterDb',
      },
    })
  })

  it('is blocked where its window is too short for its steps', async () => {
    const target = await planTarget()
    const window = { ...target.runbook.window, within: 5_000 }
    const short = finding(await target.plan({ runbook: { ...target.runbook, window } }), 'window-short')
    expect(short).toMatchObject({ level: 'blocker', problem: { code: 'window-short', withinSeconds: 5 } })
    expect(short?.problem.needsSeconds).toBeGreaterThan(5)
  })
})

describe('there is no plan', () => {
  it.each([
    ['of a migration that is applied', 'migrate', '20251111125329_InitialMasterDb', 'migration-applied'],
    ['of one that nobody wrote', 'migrate', '20991231000000_Nope', 'migration-unknown'],
    [
      'of a rollback of one that is not applied',
      'rollback',
      '20251113040317_AddSecurityEnhancements',
      'migration-not-applied',
    ],
  ] as const)('%s', async (_, kind, migration, code) => {
    const target = await planTarget()
    expect(await target.plan({ kind, runbook: { ...target.runbook, migration } })).toMatchObject({
      ok: false,
      problem: { code, migration },
    })
  })

  it('of an older migration than what is applied', async () => {
    const target = await planTarget()
    await target.client.query(
      `insert into master."__EFMigrationsHistory" values ('20260101000000_Later', '9')`,
    )
    expect(await target.plan()).toMatchObject({
      problem: { code: 'history-out-of-order', after: '20260101000000_Later' },
    })
  })

  it('where the target cannot be named or reached: nothing is guessed', async () => {
    const target = await planTarget()
    const at = (url: string | undefined) =>
      target.plan({ environment: { ...target.environment, HRMS_MASTER_URL: url } })
    expect(await at(undefined)).toMatchObject({
      problem: { code: 'target-unset', variable: 'HRMS_MASTER_URL' },
    })
    expect(await at('postgres://x@127.0.0.1:1/')).toMatchObject({ problem: { code: 'target-unreachable' } })
    expect(await at(target.database.as('hrms_app', 'wrong'))).toMatchObject({
      problem: { code: 'target-refused' },
    })
  })

  it('for the bot’s own database', async () => {
    const target = await planTarget()
    const { identity } = planOf(await target.plan()).approved
    expect(await target.plan({ ours: identity })).toMatchObject({
      problem: { code: 'target-is-ours', database: target.database.name },
    })
    const elsewhere = { ...identity, databaseOid: identity.databaseOid + 1 }
    expect(await target.plan({ ours: elsewhere })).toMatchObject({ ok: true })
  })

  it('where the SQL is broken, either way', async () => {
    const target = await planTarget()
    await appendFile(
      path.join(target.folder, `migrations/${target.runbook.migration}.down.sql`),
      '\nALTER TABEL x;\n',
    )
    expect(await target.plan()).toMatchObject({ problem: { code: 'sql-syntax' } })
  })
})

describe('a plan of a rollback', () => {
  it('goes back to where the run began, counts what is lost, and holds what was accepted', async () => {
    const target = await planTarget()
    const { approved } = planOf(await target.plan())
    const up = approved.prepared!.up.move
    await target.migrated()
    await target.client
      .query(`update master."RefreshTokens" set "AdminUserId" = null, "EmployeeId" = gen_random_uuid()
      where "Id" in (select "Id" from master."RefreshTokens" limit 3)`)
    const made = await target.plan({ kind: 'rollback', of: { run: '7F3A-1', approved }, accepted: 5 })
    const plan = planOf(made)
    expect(plan).toMatchObject({ kind: 'rollback', of: '7F3A-1', approved: { accepted: 5 } })
    expect(plan.approved.prepared?.down?.move).toEqual({ from: up.to, to: up.from })
    expect(plan.approved.routes['roll-back']).toBeNull()
    expect(plan.measured.loss?.rows).toBe(3)
    expect(finding(made, 'rollback-loses')).toMatchObject({ level: 'warning', problem: { rows: 3 } })
    expect(finding(made, 'rollback-violates')).toMatchObject({
      level: 'warning',
      problem: { table: 'master."RefreshTokens"', column: 'AdminUserId', rows: 3 },
    })
  })

  it('is blocked by later migrations, which their own runs take back first', async () => {
    const target = await planTarget()
    await target.migrated()
    for (const way of ['up', 'down'])
      await writeFile(path.join(target.folder, `migrations/20260101000000_Later.${way}.sql`), 'select 1;\n')
    await target.client.query(
      `insert into master."__EFMigrationsHistory" values ('20260101000000_Later', '9')`,
    )
    expect(finding(await target.plan({ kind: 'rollback' }), 'also-reverts')).toEqual({
      level: 'blocker',
      problem: { code: 'also-reverts', migrations: ['20260101000000_Later'] },
    })
  })

  it('does not exist without a way down', async () => {
    const target = await planTarget()
    await target.migrated()
    await rm(path.join(target.folder, `migrations/${target.runbook.migration}.down.sql`))
    expect(await target.plan({ kind: 'rollback' })).toMatchObject({
      problem: { code: 'migration-irreversible' },
    })
  })
})

it('a plan of a backup needs no migrations, and looks only at what a backup needs', async () => {
  const target = await planTarget()
  await target.client.query('drop table master."__EFMigrationsHistory"')
  const plan = planOf(await target.plan({ kind: 'backup' }))
  expect(plan.approved).toMatchObject({ prepared: null, schema: [], history: { migrations: [] } })
  expect(plan.approved.routes.forward.map((step) => step.id)).toEqual(['backup'])
  expect(plan.measured.checks.map((check) => check.name)).toEqual([
    'Server version',
    'Client tools',
    'Roles in the backup',
    'Backup folder',
    'Disk space for the backup',
    'Right to read everything',
    'Unused replication slots',
  ])
})
