import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { readSource } from '../../src/adapters/git.ts'
import { aboutSource } from '../../src/engines/efcore/notice.ts'
import { settings } from '../engines/efcore/hrms-project.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-source-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const read = (folder: string) => readSource(folder, process.env)

test('a source is at a commit, with what differs from it, also beside its folder (source-changed)', async () => {
  const folder = await makeFolder()
  const git = execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: '/dev/null' } })
  await mkdir(path.join(folder, 'src'))
  await writeFile(path.join(folder, 'src/A.cs'), 'class A;')
  await git`git init --quiet`
  expect(await read(folder)).toBeNull()
  await git`git add .`
  await git`git -c user.name=Asha -c user.email=asha@morishr.test commit --quiet -m One`
  const { stdout: commit } = await git`git rev-parse HEAD`
  expect(await read(path.join(folder, 'src'))).toEqual({ commit, changed: [] })
  await writeFile(path.join(folder, 'src/A.cs'), 'class B;')
  await writeFile(path.join(folder, 'Directory.Build.props'), '')
  const files = ['src/A.cs', 'Directory.Build.props']
  const source = await read(path.join(folder, 'src'))
  expect(source).toEqual({ commit, changed: files })

  const problem = { code: 'source-changed', commit, files }
  expect(aboutSource(settings(), source)).toEqual([{ level: 'warning', problem }])
  expect(aboutSource(settings({ commit: commit.slice(0, 7) }), source)).toEqual([
    { level: 'blocker', problem },
  ])
})

test('a folder in no repository has no source that could be named', async () => {
  expect(await read(await makeFolder())).toBeNull()
  expect(aboutSource(settings(), null)).toEqual([])
  expect(aboutSource(settings({ commit: '1a2b3c' }), null)).toEqual([
    { level: 'blocker', problem: { code: 'source-unlike', wanted: '1a2b3c', found: null } },
  ])
})
