import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { clientTools } from '../../src/adapters/tools.ts'

const root = await mkdtemp(path.join(tmpdir(), 'lockkeeper-tools-'))
afterAll(() => rm(root, { recursive: true }))

/** A folder with programs that answer `--version` as PostgreSQL's do. */
async function installation(name: string, versions: Record<string, string>): Promise<string> {
  const folder = path.join(root, name)
  await mkdir(folder)
  for (const [tool, version] of Object.entries(versions)) {
    await writeFile(
      path.join(folder, tool),
      `#!/bin/sh\necho "${tool} (PostgreSQL) ${version} (Debian ${version}-1)"\n`,
    )
    await chmod(path.join(folder, tool), 0o755)
  }
  return folder
}
const all = (version: string) => ({
  pg_dump: version,
  pg_restore: version,
  psql: version,
  pg_dumpall: version,
})
const only = (folder: string) => ({ LOCKKEEPER_POSTGRES_BIN: folder })

test('the installed programs of this machine fit a server of their own version', async () => {
  const found = await clientTools('15.18 (Debian 15.18-0+deb12u1)')
  expect(found).toMatchObject({ ok: true, value: { version: expect.stringMatching(/^15\./) } })
  if (found.ok) expect(path.dirname(found.value.pgDump)).toBe(path.dirname(found.value.pgRestore))
})

test('Debian’s wrapper is passed over for what it wraps', async () => {
  const wrapper = await installation('wrapper', {})
  await writeFile(path.join(root, 'pg_wrapper'), '#!/bin/sh\necho "pg_dump (PostgreSQL) 15.99"\n', {
    mode: 0o755,
  })
  for (const tool of Object.keys(all('')))
    await symlink(path.join(root, 'pg_wrapper'), path.join(wrapper, tool))
  expect(await clientTools('15.4', only(wrapper))).toMatchObject({
    ok: false,
    problem: { code: 'tool-missing' },
  })
})

test('of several versions the server’s own is taken, its newest release first, whatever comes first on the path', async () => {
  const [older, newer, next] = [
    await installation('70.1', all('70.1')),
    await installation('70.12', all('70.12')),
    await installation('71', all('71.0')),
  ]
  const PATH = [next, older, newer].join(path.delimiter)
  expect(await clientTools('70.3', { PATH })).toMatchObject({
    ok: true,
    value: { version: '70.12', pgDump: path.join(newer, 'pg_dump') },
  })
})

test('where the server’s own version is missing the nearest newer one is taken', async () => {
  const [next, later] = [await installation('81', all('81.0')), await installation('82', all('82.0'))]
  expect(await clientTools('80.3', { PATH: [later, next].join(path.delimiter) })).toMatchObject({
    ok: true,
    value: { version: '81.0' },
  })
})

test('a folder that was named is the only one that is looked at', async () => {
  const empty = await installation('empty', {})
  expect(await clientTools('15.4', { ...only(empty), PATH: process.env['PATH'] })).toEqual({
    ok: false,
    problem: {
      code: 'tool-missing',
      tool: 'pg_dump',
      install: expect.stringContaining(
        process.platform === 'darwin'
          ? 'brew install postgresql@15'
          : 'apt-get install -y postgresql-client-15',
      ),
    },
  })
})

test('programs of an older major version than the server are refused, with the line that installs newer ones', async () => {
  expect(await clientTools('16.2', only(await installation('14', all('14.9'))))).toMatchObject({
    ok: false,
    problem: {
      code: 'tool-older',
      tool: 'pg_dump',
      version: '14.9',
      server: '16.2',
      install: expect.stringContaining('16'),
    },
  })
})

test('programs that write what the server does not understand are refused', async () => {
  const folder = await installation('17', all('17.2'))
  expect(await clientTools('15.4', only(folder))).toMatchObject({
    ok: false,
    problem: {
      code: 'tool-unfit',
      tool: 'pg_restore',
      version: '17.2',
      why: expect.stringContaining('transaction_timeout'),
    },
  })
  expect(await clientTools('17.0', only(folder))).toMatchObject({ ok: true })
})

test('pg_dump and pg_restore of different installations are no installation', async () => {
  const mixed = await installation('mixed', { ...all('15.4'), pg_restore: '14.1' })
  expect(await clientTools('15.4', only(mixed))).toMatchObject({
    ok: false,
    problem: { code: 'tool-missing' },
  })
})

test('without pg_dumpall the rest can be used', async () => {
  const { pg_dumpall: _, ...others } = all('15.4')
  expect(await clientTools('15.4', only(await installation('small', others)))).toMatchObject({
    ok: true,
    value: { pgDumpall: null },
  })
})
