import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sha256OfFile, sha256OfFolder } from '../../src/adapters/sha256.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-sha256-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await mkdir(path.join(folder, 'runtimes'))
  await writeFile(path.join(folder, 'App.dll'), 'one')
  await writeFile(path.join(folder, 'runtimes/Native.so'), 'two')
  return folder
}

test('a file has the digest that sha256sum says; one that cannot be read has none', async () => {
  const folder = await makeFolder()
  expect(await sha256OfFile(path.join(folder, 'App.dll'))).toBe(
    '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed',
  )
  expect(await sha256OfFile(path.join(folder, 'Nope.dll'))).toBeNull()
})

test('a folder has the same digest wherever it is, and none where it is not', async () => {
  const digest = await sha256OfFolder(await makeFolder())
  expect(digest).toMatch(/^[0-9a-f]{64}$/)
  expect(await sha256OfFolder(await makeFolder())).toBe(digest)
  expect(await sha256OfFolder('/no/such/folder')).toBeNull()
})

test.for<[string, (folder: string) => Promise<void>]>([
  ['one that holds something else', (folder) => writeFile(path.join(folder, 'runtimes/Native.so'), 'three')],
  ['one more', (folder) => writeFile(path.join(folder, 'More.dll'), '')],
  ['one less', (folder) => rm(path.join(folder, 'App.dll'))],
  ['one by another name', (folder) => rename(path.join(folder, 'App.dll'), path.join(folder, 'App.exe'))],
])('a folder has another digest with %s among its files', async ([, change]) => {
  const folder = await makeFolder()
  const before = await sha256OfFolder(folder)
  await change(folder)
  expect(await sha256OfFolder(folder)).not.toBe(before)
})
