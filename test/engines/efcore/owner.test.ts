import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { expect, onTestFinished } from 'vitest'
import { applyProgram } from '../../../src/engines/efcore/apply-program.ts'
import { sha256OfFile } from '../../../src/adapters/sha256.ts'
import { projectOf } from '../../../src/engines/efcore/project.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { test } from '../../adapters/postgres/hrms.ts'
import { applying, hrmsUp } from '../scripts.ts'
import { environment, settings } from './hrms-project.ts'

const history = historyOf({ table: 'master."__EFMigrationsHistory"', column: 'MigrationId', values: {} })

test('a program’s sessions act as the owner from their first statement', async ({ hrms }) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-bundle-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'efbundle')
  await writeFile(file, '#!/bin/sh\nprintf %s "$PGOPTIONS" > options\nexit 1\n')
  await chmod(file, 0o700)
  const target = hrms.target()
  const place = { folder, address: target.address, environment, builds: folder, history: null }
  const program = { by: 'bundle' as const, file, sha256: (await sha256OfFile(file))!, build: null }
  const optionsOf = async (owner?: string) => {
    const project = projectOf(settings({ apply: 'bundle' }), { ...place, owner }, folder)
    const prepared = { ...(await hrmsUp()), program }
    expect(await applyProgram(project, target, history, prepared, applying())).toMatchObject({
      problem: { code: 'program-failed' },
    })
    return readFile(path.join(folder, 'options'), 'utf8')
  }
  const whoIs = async (options: string) => {
    const client = new pg.Client({ connectionString: target.address.url, options })
    await client.connect()
    const { rows } = await client.query('select current_user::text as role')
    await client.end()
    return rows[0].role
  }
  expect(await whoIs(await optionsOf())).toBe('lockkeeper')
  expect(await whoIs(await optionsOf('hrms_owner'))).toBe('hrms_owner')
  expect(await optionsOf()).toContain('-c search_path=public ')
  expect(await optionsOf('HRMS owner')).toContain('-c role=HRMS\\ owner ')
})
