import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { clientTools } from '../../src/adapters/tools.ts'
import { disk } from '../../src/plan/findings-host.ts'
import type { Looked } from '../../src/plan/looked.ts'
import { finding, planTarget } from './target.ts'

describe('what stands in the way where the bot runs', () => {
  it('are client tools that are missing', async () => {
    const target = await planTarget()
    const environment = { ...target.environment, LOCKKEEPER_POSTGRES_BIN: target.folder }
    expect(finding(await target.plan({ environment }), 'tool-missing')?.level).toBe('blocker')
  })

  it('are roles that the backup will not have: pg_dumpall is missing, or may not read them', async () => {
    const target = await planTarget()
    expect(finding(await target.plan(), 'backup-without-roles')).toBeUndefined()
    const without = path.join(target.folder, 'bin')
    await mkdir(without)
    const tools = await clientTools('15.0')
    if (!tools.ok) throw new Error(tools.problem.code)
    for (const file of [tools.value.pgDump, tools.value.pgRestore, tools.value.psql])
      await symlink(file, path.join(without, path.basename(file)))
    const environment = { ...target.environment, LOCKKEEPER_POSTGRES_BIN: without }
    expect(finding(await target.plan({ environment }), 'backup-without-roles')).toMatchObject({
      level: 'warning',
      problem: { missing: { why: 'no-tool' } },
    })
    await target.client.query('revoke select on pg_catalog.pg_tablespace from public')
    expect(finding(await target.plan(), 'backup-without-roles')).toMatchObject({
      level: 'warning',
      problem: { missing: { why: 'failed', exitCode: 1 } },
    })
  })

  it('is a folder of backups that cannot be written', async () => {
    const target = await planTarget()
    const file = path.join(target.folder, 'file')
    await writeFile(file, '')
    expect(finding(await target.plan({ backups: { folder: file } }), 'backup-folder')).toEqual({
      level: 'blocker',
      problem: { code: 'backup-folder', folder: file, errno: 'EEXIST' },
    })
  })

  it('is a disk with less room than the database is large, or than the runbook wishes', async () => {
    const target = await planTarget()
    const at = (databaseBytes: number, free?: number, folder = target.folder) =>
      disk({
        backups: { folder },
        databaseBytes,
        runbook: { ...target.runbook, backup: { keep: 7, free } },
      } as unknown as Looked)
    expect(await at(1)).toEqual([])
    expect(await at(1e18)).toMatchObject([{ level: 'blocker', problem: { code: 'disk-short', needs: 1e18 } }])
    expect(await at(1, 1e18)).toMatchObject([
      { level: 'warning', problem: { code: 'disk-short', needs: 1e18 } },
    ])
    expect(await at(1, undefined, '/nowhere/at/all')).toMatchObject([
      { level: 'blocker', problem: { code: 'disk-unknown', errno: 'ENOENT' } },
    ])
  })

  it('are variables that are not set', async () => {
    const target = await planTarget()
    const environment = { ...target.environment, HRMS_PORT: undefined, HRMS_FOLDER: '' }
    expect(finding(await target.plan({ environment }), 'variables-unset')).toEqual({
      level: 'blocker',
      problem: { code: 'variables-unset', variables: ['HRMS_FOLDER', 'HRMS_PORT'] },
    })
  })

  it('is a service whose state nobody knows; one that does not run is warned of', async () => {
    const target = await planTarget()
    expect(finding(await target.plan(), 'service-not-running')).toEqual({
      level: 'warning',
      problem: { code: 'service-not-running', service: 'hrms-api' },
    })
    await writeFile(path.join(target.folder, 'hrms.pid'), 'no number')
    expect(finding(await target.plan(), 'service-state-unknown')).toMatchObject({
      level: 'blocker',
      problem: { service: 'hrms-api' },
    })
  })
})
