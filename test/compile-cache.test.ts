import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { compileCacheFolder } from '../src/compile-cache.ts'

async function makeHome(): Promise<string> {
  const home = await mkdtemp(path.join(tmpdir(), 'home-'))
  onTestFinished(() => rm(home, { recursive: true }))
  return home
}

test('compiled code is kept in this user’s home, or where XDG_CACHE_HOME says', async () => {
  const [home, cache] = [await makeHome(), await makeHome()]
  expect(compileCacheFolder({}, home)).toBe(path.join(home, '.cache/lockkeeper'))
  expect(compileCacheFolder({ XDG_CACHE_HOME: cache }, home)).toBe(path.join(cache, 'lockkeeper'))
  expect(compileCacheFolder({ XDG_CACHE_HOME: 'relative' }, home)).toBe(path.join(home, '.cache/lockkeeper'))
})

test('in the home of another user, as under sudo, compiled code is kept nowhere', async () => {
  if (process.getuid?.() !== 0) return expect(compileCacheFolder({}, '/')).toBeNull()
  const home = await makeHome()
  await chown(home, 65534, 65534)
  expect(compileCacheFolder({}, home)).toBeNull()
})

test('without a home compiled code is kept nowhere', () => {
  expect(compileCacheFolder({}, '/nonexistent')).toBeNull()
})
