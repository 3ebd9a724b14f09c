import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const root = path.resolve(import.meta.dirname, '..')

/** What the tarball holds, but for what a build makes. */
const packed = (): string[] => {
  const told = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
  })
  const [tarball] = Object.values(JSON.parse(told) as Record<string, { files: { path: string }[] }>)
  return (tarball?.files ?? []).map((file) => file.path)
}

test('every relative link of a packed document leads to something in the tarball', () => {
  const files = packed()
  expect(files).toContain('README.md')
  const dead = files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...readFileSync(path.join(root, file), 'utf8').matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map(([, link = '']) => link)
        .filter((link) => !/^[a-z]+:/.test(link))
        .filter((link) => {
          const target = path.posix.normalize(path.posix.join(path.posix.dirname(file), link))
          return !files.some((each) => each === target || each.startsWith(`${target.replace(/\/$/, '')}/`))
        })
        .map((link) => `${file}: ${link}`),
    )
  expect(dead).toEqual([])
})

test('on an older Node the program says in one line which it needs', () => {
  // The check alone, with another version told: what it does then must need nothing newer.
  const entry = readFileSync(path.join(root, 'bin/lockkeeper.js'), 'utf8')
  const older = entry.replace('process.versions.node.split', "'20.19.0'.split")
  expect(older).not.toBe(entry)
  const ran = spawned(older)
  expect(ran.status).toBe(78)
  expect(ran.stderr).toMatch(/^Lockkeeper needs Node 24 or later; this is Node \S+ \(.*\)\. Install .*\n$/)
})

function spawned(source: string): { status: number | null; stderr: string } {
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', source], { stdio: 'pipe' })
    return { status: 0, stderr: '' }
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer }
    return { status, stderr: stderr.toString() }
  }
}
