import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { disk } from '../../src/plan/findings-host.ts'
import type { Looked } from '../../src/plan/looked.ts'
import { finding, planTarget } from './target.ts'

describe('what stands in the way where the bot runs', () => {
  it('are client tools that are missing', async () => {
    const target = await planTarget()
    const environment = { ...target.environment, LOCKKEEPER_POSTGRES_BIN: target.folder }
    expect(finding(await target.plan({ environment }), 'tool-missing')?.level).toBe('blocker')
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
