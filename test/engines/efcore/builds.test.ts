import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeBuildFolder } from '../../../src/engines/efcore/builds.ts'

const day = 86_400_000

test('each plan builds in a folder of its own, and what is older than thirty days goes', async () => {
  const parent = await mkdtemp(path.join(tmpdir(), 'lockkeeper-builds-'))
  onTestFinished(() => rm(parent, { recursive: true, force: true }))
  const builds = path.join(parent, 'builds')
  const made = async (name: string, days: number): Promise<void> => {
    await mkdir(path.join(builds, name), { recursive: true })
    const at = new Date(Date.now() - days * day)
    await utimes(path.join(builds, name), at, at)
  }
  await made('bundle-old', 31)
  await made('bundle-new', 29)
  const mine = [await makeBuildFolder(builds), await makeBuildFolder(builds)]
  const left = (await readdir(builds)).sort()
  expect(left).toEqual(['bundle-new', ...mine.map((folder) => path.basename(folder))].sort())
  expect(new Set(mine).size).toBe(2)
})
