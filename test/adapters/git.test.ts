import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { readSource } from '../../src/adapters/git.ts'
import { ok } from '../../src/domain/result.ts'
import { aboutSource } from '../../src/engines/efcore/notice.ts'
import { settings } from '../engines/efcore/hrms-project.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-source-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const read = (folder: string) => readSource(folder, process.env)

const gitIn = (folder: string) => execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: '/dev/null' } })

/** A folder with one commit. */
async function makeRepository(): Promise<string> {
  const folder = await makeFolder()
  const git = gitIn(folder)
  await writeFile(path.join(folder, 'A.cs'), 'class A;')
  await git`git init --quiet`
  await git`git add .`
  await git`git -c user.name=Asha -c user.email=asha@morishr.test commit --quiet -m One`
  return folder
}

/** Where these lines of a shell are `git`; `$git` is the real one. */
async function withGit(lines: string): Promise<{ PATH: string; HOME: string }> {
  const [folder, { stdout: git }] = await Promise.all([makeFolder(), execa`which git`])
  await writeFile(path.join(folder, 'git'), `#!/bin/sh\ngit=${git}\n${lines}\n`)
  await chmod(path.join(folder, 'git'), 0o755)
  return { PATH: `${folder}:/usr/bin:/bin`, HOME: folder }
}

test('a source is at a commit, with what differs from it, also beside its folder (source-changed)', async () => {
  const folder = await makeFolder()
  const git = gitIn(folder)
  await mkdir(path.join(folder, 'src'))
  await writeFile(path.join(folder, 'src/A.cs'), 'class A;')
  await git`git init --quiet`
  expect(await read(folder)).toEqual(ok(null))
  await git`git add .`
  await git`git -c user.name=Asha -c user.email=asha@morishr.test commit --quiet -m One`
  const { stdout: commit } = await git`git rev-parse HEAD`
  expect(await read(path.join(folder, 'src'))).toEqual(ok({ commit, changed: [] }))
  await writeFile(path.join(folder, 'src/A.cs'), 'class B;')
  await writeFile(path.join(folder, 'Directory.Build.props'), '')
  const files = ['src/A.cs', 'Directory.Build.props']
  const source = await read(path.join(folder, 'src'))
  expect(source).toEqual(ok({ commit, changed: files }))

  const problem = { code: 'source-changed', commit, files }
  expect(aboutSource(settings(), source)).toEqual([{ level: 'warning', problem }])
  expect(aboutSource(settings({ commit: commit.slice(0, 7) }), source)).toEqual([
    { level: 'blocker', problem },
  ])
})

test('a folder in no repository has no source that could be named', async () => {
  const source = await read(await makeFolder())
  expect(source).toEqual(ok(null))
  expect(aboutSource(settings(), source)).toEqual([])
  expect(aboutSource(settings({ commit: '1a2b3c' }), source)).toEqual([
    { level: 'blocker', problem: { code: 'source-unlike', wanted: '1a2b3c', found: null } },
  ])
})

test('a repository of another user is no folder without one: git’s own remedy is told (source-unread)', async () => {
  const folder = await makeRepository()
  const environment = await withGit('GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec "$git" "$@"')
  const source = await readSource(folder, environment)
  const problem = {
    code: 'source-unread',
    folder,
    isMissing: false,
    says: `detected dubious ownership in repository at '${folder}'`,
    trust: `git config --global --add safe.directory ${folder}`,
  }
  expect(source).toEqual({ ok: false, problem })
  expect(aboutSource(settings(), source)).toEqual([{ level: 'warning', problem }])
  expect(aboutSource(settings({ commit: '1a2b3c' }), source)).toEqual([{ level: 'blocker', problem }])
  const git = execa({ cwd: folder, env: environment })
  await git`git config --global --add safe.directory ${folder}`
  expect(await readSource(folder, environment)).toMatchObject({ ok: true, value: { changed: [] } })
})

test('without git a folder in a repository cannot be read; one in none is in none', async () => {
  const [folder, none] = [await makeRepository(), await makeFolder()]
  const environment = { PATH: none, HOME: none }
  expect(await readSource(none, environment)).toEqual(ok(null))
  expect(await readSource(folder, environment)).toMatchObject({
    problem: { code: 'source-unread', isMissing: true },
  })
})

test('what git fails to compare is no source without changes', async () => {
  const folder = await makeRepository()
  await writeFile(path.join(folder, '.git/index'), 'broken')
  expect(await read(folder)).toMatchObject({
    problem: { code: 'source-unread', isMissing: false, says: expect.stringContaining('index'), trust: null },
  })
})

test('a worktree whose repository is gone, and one that git may not look into, are not in none', async () => {
  const [worktree, closed] = [await makeFolder(), await makeRepository()]
  await writeFile(path.join(worktree, '.git'), 'gitdir: /nowhere/else')
  await rm(path.join(closed, '.git/HEAD'))
  for (const folder of [worktree, closed])
    expect(await read(folder)).toMatchObject({
      problem: { code: 'source-unread', says: expect.stringMatching(/^not a git repository/) },
    })
})

test('what git warns of beside its answer is no changed file', async () => {
  const folder = await makeRepository()
  const environment = await withGit('echo "warning: could not open a folder" >&2; exec "$git" "$@"')
  expect(await readSource(folder, environment)).toMatchObject({ ok: true, value: { changed: [] } })
})
