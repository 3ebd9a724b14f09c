import { access, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findLeftovers } from '../../src/adapters/backup-file.ts'
import { stepOf } from './plan.ts'
import type { BackupsInMemory } from './records.ts'
import { makeScene, type Scene } from './world.ts'

const backup = stepOf('backup', {})

let scene: Scene
beforeEach(
  async () => void (scene = await makeScene({ change: (written) => (written.backup = { keep: 2 }) })),
)
afterEach(() => scene.end())

const kept = () => (scene.world.backups as BackupsInMemory).kept
const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  )

test('a backup is taken, read again and recorded', async () => {
  const outcome = await scene.perform(backup)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: { tables: 5, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(kept()).toMatchObject([outcome.status === 'done' ? outcome.facts : {}])
  expect(await isThere(kept()[0]!.path)).toBe(true)
})

test('how far it is, is told by how large the one before became', async () => {
  await scene.perform(backup)
  expect(scene.progress.find(({ at }) => at === 'pg_dump')).toMatchObject({ of: null })
  const { bytes, databaseBytes } = kept()[0]!
  scene.run.plan.measured.databaseBytes = databaseBytes
  scene.progress.length = 0
  await scene.perform(backup)
  const { of } = scene.progress.find(({ at }) => at === 'pg_dump')!
  expect(of).toBeGreaterThan(bytes)
  expect(of).toBeLessThan(1.5 * bytes)
})

test('only as many as the runbook keeps stay, the newest ones', async () => {
  await scene.perform(backup)
  const [first] = kept()
  await scene.perform(backup)
  await scene.perform(backup)
  expect(kept()).toHaveLength(2)
  expect(await isThere(first!.path)).toBe(false)
  expect(await Promise.all(kept().map((one) => isThere(one.path)))).toEqual([true, true])
})

test('a folder that cannot be written is named, and nothing is recorded: backup-folder', async () => {
  await writeFile(scene.world.backups.folder, 'a file')
  expect(await scene.perform(backup)).toMatchObject({ status: 'failed', problem: { code: 'backup-folder' } })
  expect(kept()).toEqual([])
})

test('a backup that fails removes no old one', async () => {
  await scene.perform(backup)
  await scene.perform(backup)
  const cancel = new AbortController()
  const taken = scene.perform(backup, { signal: cancel.signal })
  cancel.abort()
  expect(await taken).toMatchObject({ status: 'failed', problem: { code: 'cancelled' } })
  expect(await Promise.all(kept().map((one) => isThere(one.path)))).toEqual([true, true])
})

test('a process that died before it recorded anything is followed by one that takes the backup anew', async () => {
  expect(await scene.resume(backup)).toMatchObject({ status: 'done' })
  expect(kept()).toHaveLength(1)
})

test('what a process had begun when it died goes, also where it had not yet said whose it is', async () => {
  const { folder } = scene.world.backups
  const name = `${scene.run.plan.approved.runbook.name}-${scene.run.id}-1`
  await mkdir(path.join(folder, `${name}.partial`), { recursive: true })
  await writeFile(path.join(folder, `${name}.partial`, 'database.dump.zst'), 'the beginning of a dump')
  expect(await findLeftovers(folder)).toMatchObject([{ owner: 'alive' }])
  expect(await scene.resume(backup)).toMatchObject({ status: 'done' })
  expect(await readdir(folder)).toEqual([kept()[0]!.backup])
  expect(await readdir(path.join(folder, kept()[0]!.backup))).not.toContain('owner.json')
})

test('a backup that a dead process had recorded is read again and found done, not taken twice', async () => {
  await scene.perform(backup)
  const recorded = kept()[0]!
  scene.record.length = 0
  const outcome = await scene.resume(backup)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: { backup: recorded.backup, sha256: recorded.sha256 },
  })
  expect(kept()).toEqual([recorded])
})

test('a recorded backup whose file was changed is none: it is taken anew under another name', async () => {
  await scene.perform(backup)
  const recorded = kept()[0]!
  await writeFile(recorded.path, 'something else')
  scene.record.length = 0
  const outcome = await scene.resume(backup)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: { backup: expect.not.stringMatching(recorded.backup + '$') },
  })
  expect(kept().map((one) => one.backup)).toEqual([outcome.status === 'done' ? outcome.facts.backup : ''])
  expect(await isThere(recorded.path)).toBe(false)
})

test('a backup that a dead process had finished and not recorded is removed, and another one taken', async () => {
  await scene.perform(backup)
  const { path: file, backup: name } = kept()[0]!
  await scene.world.backups.forget(name)
  scene.record.length = 0
  expect(await scene.resume(backup)).toMatchObject({ status: 'done' })
  expect(await isThere(file)).toBe(false)
  expect(kept()).toHaveLength(1)
})
