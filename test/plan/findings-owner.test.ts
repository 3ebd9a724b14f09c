import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { found, finding, planTarget, type PlanTarget } from './target.ts'

const ownedBy = ({ runbook }: PlanTarget, owner: string) => ({
  runbook: { ...runbook, target: { ...runbook.target, owner } },
})

/** The runbook's migration makes this besides. */
const making = async ({ folder, runbook }: PlanTarget, sql: string): Promise<void> => {
  for (const [way, text] of [
    ['up', `ALTER TABLE master."Tenants" ADD note text;\n${sql}`],
    ['down', 'ALTER TABLE master."Tenants" DROP note;'],
  ] as const)
    await writeFile(path.join(folder, `migrations/${runbook.migration}.${way}.sql`), text)
}

describe('who owns what a migration makes', () => {
  it('is warned of, where it would be the bot beside somebody else’s tables', async () => {
    const target = await planTarget()
    await making(target, 'CREATE TABLE master."New" (); CREATE VIEW master.new AS SELECT 1 AS one;')
    expect(finding(await target.plan(), 'owner-other')).toEqual({
      level: 'warning',
      problem: {
        code: 'owner-other',
        role: 'lockkeeper',
        owners: ['hrms_owner'],
        makes: ['CREATE TABLE', 'CREATE VIEW'],
      },
    })
    expect(found(await target.plan(ownedBy(target, 'hrms_owner')))).not.toContain('warning owner-other')
  })

  it('is told by the history where all tables are new', async () => {
    const target = await planTarget()
    await writeFile(
      path.join(target.folder, `migrations/${target.runbook.migration}.up.sql`),
      'CREATE TABLE master."New" ();',
    )
    expect(finding(await target.plan(), 'owner-other')?.problem.owners).toEqual(['hrms_owner'])
    const own = await planTarget({ as: 'hrms_owner' })
    await making(own, 'CREATE TABLE master."New" ();')
    expect(found(await own.plan())).not.toContain('warning owner-other')
  })

  it('is nothing to speak of, where nothing is made or the SQL says whose it is', async () => {
    const target = await planTarget()
    expect(found(await target.plan())).not.toContain('warning owner-other')
    await making(target, 'SET LOCAL ROLE hrms_owner; CREATE TABLE master."New" ();')
    expect(found(await target.plan())).not.toContain('warning owner-other')
  })
})

describe('the owner that a runbook names', () => {
  it('must exist', async () => {
    const target = await planTarget()
    expect(finding(await target.plan(ownedBy(target, 'nobody_at_all')), 'owner-missing')).toEqual({
      level: 'blocker',
      problem: { code: 'owner-missing', role: 'nobody_at_all' },
    })
  })

  it('must be one that the bot can act as', async () => {
    const target = await planTarget()
    const made = await target.plan(ownedBy(target, 'hrms_reporting'))
    expect(finding(made, 'privilege-missing')).toMatchObject({
      level: 'blocker',
      problem: { role: 'lockkeeper', needs: 'membership in hrms_reporting', why: 'own' },
    })
  })

  it('must own the tables, and may write the history where the migration does it itself', async () => {
    const target = await planTarget()
    await target.client.query(
      'alter table master."RefreshTokens" owner to hrms_app; alter table master."__EFMigrationsHistory" owner to hrms_app',
    )
    const lacking = async () => {
      const made = await target.plan(ownedBy(target, 'hrms_owner'))
      if (!made.ok) throw new Error(made.problem.code)
      return made.value.measured.checks
        .filter(({ name }) => name === 'Owner of what it makes')
        .flatMap(({ findings }) => findings)
        .map(({ level, problem }) => ('needs' in problem ? `${level}: ${JSON.stringify(problem.needs)}` : ''))
    }
    const history = 'blocker: "SELECT, INSERT and DELETE on master.\\"__EFMigrationsHistory\\""'
    expect(await lacking()).toEqual(['blocker: "membership in hrms_app"', history])
    await target.client.query(
      'grant select, insert, delete on master."__EFMigrationsHistory" to hrms_owner; alter table master."RefreshTokens" owner to hrms_owner',
    )
    expect(await lacking()).toEqual([])
    await target.client.query('revoke all on master."__EFMigrationsHistory" from hrms_owner')
    await making(target, 'CREATE TABLE master."New" ();')
    expect(await lacking()).toEqual([])
  })

  it('may be the role of the URL itself', async () => {
    const target = await planTarget({ as: 'hrms_owner' })
    expect(found(await target.plan(ownedBy(target, 'hrms_owner')))).not.toContain('blocker owner-missing')
  })
})
