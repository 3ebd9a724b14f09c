import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { sha256OfFile } from '../../src/adapters/sha256.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import { targetAddress } from '../../src/adapters/postgres/target-address.ts'
import type { Approved } from '../../src/domain/plan.ts'
import { failure } from '../../src/domain/result.ts'
import type { Program } from '../../src/domain/script.ts'
import { efcoreEngine } from '../../src/engines/efcore/engine.ts'
import type { Engine } from '../../src/engines/engine.ts'
import { sqlEngine } from '../../src/engines/sql.ts'
import { wayDown } from '../../src/plan/findings-migration.ts'
import { readMigration } from '../../src/plan/reading.ts'
import { valueOf } from '../adapters/postgres/hrms.ts'
import { settings as efcore } from '../engines/efcore/hrms-project.ts'
import { settings } from '../engines/scripts.ts'
import { planOf, planTarget } from './target.ts'

const throws = { says: 'Specified method is not supported.' }

/** An engine of files, but for their ways down: its assembly has none. */
async function oneWay() {
  const scene = await planTarget()
  const { migration, target: named } = scene.runbook
  const address = targetAddress(named.url, named.database, scene.environment)
  if (!address.ok) throw new Error(address.problem.code)
  const files = sqlEngine(settings, scene.folder)
  const irreversible = failure({ code: 'migration-irreversible', migration, why: throws })
  const engine: Engine = {
    ...files,
    prepare: async (move) => (move.to === migration ? files.prepare(move) : irreversible),
  }
  const target = makeTarget(address.value, 'lockkeeper:test', null)
  const read = (kind: 'migrate' | 'rollback') =>
    readMigration(engine, target, { kind, migration, took: null })
  return { scene, migration, read }
}

it('a migration whose assembly has no way down is planned with a finding that says why', async () => {
  const { migration, read } = await oneWay()
  const { prepared } = valueOf(await read('migrate'))
  expect(prepared).toMatchObject({ down: null, noDown: throws })
  expect(wayDown({ prepared, kind: 'migrate' })).toEqual([
    { level: 'warning', problem: { code: 'no-rollback', migrations: [migration], why: throws } },
  ])
})

it('a rollback of such a migration is none, for the same reason', async () => {
  const { scene, migration, read } = await oneWay()
  await scene.migrated()
  expect(await read('rollback')).toEqual({
    ok: false,
    problem: { code: 'migration-irreversible', migration, why: throws },
  })
})

/** The way back of a run that a bundle applied. Whether it is still there is EF Core's to say; planned anew, it is files. */
async function wayBack() {
  const scene = await planTarget()
  const { approved } = planOf(await scene.plan())
  await scene.migrated()
  const { url, database } = scene.runbook.target
  const address = targetAddress(url, database, scene.environment)
  if (!address.ok) throw new Error(address.problem.code)
  const { folder } = scene
  const place = { folder, address: address.value, environment: {}, builds: folder, history: approved.history }
  const byProgram = efcoreEngine(efcore(), place)
  const engine: Engine = { ...sqlEngine(settings, folder), again: (prepared) => byProgram.again(prepared) }
  const file = path.join(folder, 'efbundle')
  await writeFile(file, 'a bundle')
  const program: Program = { by: 'bundle', file, sha256: (await sha256OfFile(file))!, build: null }
  const { up, down } = approved.prepared!
  const read = async (changes: Partial<Program>) => {
    const by = { ...program, ...changes }
    const took: Approved = {
      ...approved,
      prepared: { up: { ...up, program: by }, down: { ...down!, program: by } },
    }
    const target = makeTarget(address.value, 'lockkeeper:test', null)
    const moving = { kind: 'rollback', migration: scene.runbook.migration, took } as const
    const made = await readMigration(engine, target, moving)
    return made.ok ? made.value.prepared?.down : made.problem
  }
  return { read, down: down!, program }
}

it('a rollback takes the way down that was approved, by its program', async () => {
  const { read, down, program } = await wayBack()
  expect(await read({})).toEqual({ ...down, program })
})

it('a rollback whose program is gone, or is another one, is planned anew', async () => {
  const { read, down } = await wayBack()
  expect(await read({ file: '/nowhere/efbundle' })).toEqual(down)
  expect(await read({ sha256: 'another' })).toEqual(down)
})
