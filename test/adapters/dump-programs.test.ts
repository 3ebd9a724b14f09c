import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openOutputs } from '../../src/adapters/output.ts'
import { readDump, takeDump } from '../../src/adapters/dump.ts'
import { largeBuffers } from '../../src/adapters/large-buffers.ts'
import { clientTools } from '../../src/adapters/tools.ts'
import { unzstd, zstd } from '../../src/adapters/zstd.ts'
import { emptyDatabase, type TestDatabase } from '../databases.ts'
import { makeDumpFolder } from './dump-folder.ts'
import { addressOf, optionsOf } from './dump-options.ts'

/** What a backup needs beside PostgreSQL's programs, and what becomes of it where that is missing or broken. */
let database: TestDatabase
let root: string
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'lockkeeper-programs-'))
  database = await emptyDatabase()
  const client = await database.client()
  await client.query('create table any_rows as select n, md5(n::text) as a from generate_series(1, 100000) n')
})
afterAll(async () => {
  await database.drop()
  await rm(root, { recursive: true })
})

/** A folder of programs: PostgreSQL's own, and these scripts. For LOCKKEEPER_POSTGRES_BIN and before PATH. */
async function programs(scripts: Record<string, string>): Promise<Record<string, string>> {
  const folder = await mkdtemp(path.join(root, 'bin-'))
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error(tools.problem.code)
  for (const name of ['pg_dump', 'pg_restore', 'psql'])
    if (!scripts[name])
      await symlink(path.join(path.dirname(tools.value.pgDump), name), path.join(folder, name))
  for (const [name, script] of Object.entries(scripts))
    await writeFile(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return { LOCKKEEPER_POSTGRES_BIN: folder, PATH: `${folder}:${process.env['PATH']}` }
}

const take = async (environment: Record<string, string>, folder: string) =>
  takeDump(addressOf(database.url), optionsOf(folder, { environment }))

test('where nothing but PostgreSQL’s programs is installed, Node compresses', async () => {
  const environment = { ...(await programs({})), PATH: '/nowhere' }
  expect([(await zstd(environment))[0], (await unzstd(environment))[0]]).toEqual([
    process.execPath,
    process.execPath,
  ])
  const taken = await take(environment, await makeDumpFolder())
  if (taken.status !== 'done') throw new Error(JSON.stringify(taken))
  const { path: file, sha256 } = taken.facts
  const bytes = await readFile(file)
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
  expect(zstdDecompressSync(bytes).subarray(0, 5).toString()).toBe('PGDMP')
  expect(await readDump(file, sha256, { environment })).toMatchObject({ ok: true, value: { tables: 1 } })
  await writeFile(file, bytes.subarray(0, -1))
  expect(await readDump(file, sha256, { environment })).toMatchObject({
    problem: { code: 'backup-unreadable', why: 'checksum' },
  })
})

/** What a backup and its record say of the roles, and the files that it has. */
async function rolesOf(environment: Record<string, string>) {
  const folder = await makeDumpFolder()
  const outputs = openOutputs(await makeDumpFolder(), 'backup-1', (text) => text)
  const taken = await takeDump(
    addressOf(database.url),
    optionsOf(folder, { environment, output: outputs.of }),
  )
  if (taken.status !== 'done') throw new Error(JSON.stringify(taken))
  const backup = path.dirname(taken.facts.path)
  const record = JSON.parse(await readFile(path.join(backup, 'record.json'), 'utf8')) as object
  expect(record).toMatchObject({ rolesMissing: taken.facts.rolesMissing })
  const files = (await readdir(backup)).toSorted()
  return { missing: taken.facts.rolesMissing, files, wrote: await outputs.close() }
}

test('a backup without pg_dumpall says that it has no roles', async () => {
  expect(await rolesOf(await programs({}))).toMatchObject({
    missing: { why: 'no-tool' },
    files: ['database.dump.zst', 'record.json'],
  })
})

test('a pg_dumpall that fails leaves no half of the roles, and what it said is with the output of its step', async () => {
  const pg_dumpall = `for word; do case "$word" in --file=*) echo 'CREATE ROLE one;' >"\${word#--file=}"; esac; done
echo 'permission denied for table pg_authid' >&2; exit 1`
  const { missing, files, wrote } = await rolesOf(await programs({ pg_dumpall }))
  expect(missing).toEqual({ why: 'failed', exitCode: 1 })
  expect(files).toEqual(['database.dump.zst', 'record.json'])
  expect(wrote).toMatchObject([{ program: 'pg_dumpall', lacks: null }])
  expect(await readFile(wrote[0]!.file, 'utf8')).toContain('permission denied')
})

test('buffers that cannot be enlarged stay as they are', async () => {
  const broken = await programs({ stdbuf: 'echo "failed to find libstdbuf.so" >&2; exit 125' })
  const complaining = await programs({ stdbuf: 'shift; echo "cannot be preloaded: ignored." >&2; exec "$@"' })
  const working = await programs({ stdbuf: 'shift; exec "$@"' })
  const enlarged = (environment: Record<string, string>) =>
    largeBuffers('out', [path.join(environment['LOCKKEEPER_POSTGRES_BIN']!, 'pg_dump'), '-Fc'], environment)
  expect(await enlarged(broken)).toHaveLength(2)
  expect(await enlarged(complaining)).toHaveLength(2)
  expect(await enlarged(working)).toHaveLength(4)
  expect(await take(broken, await makeDumpFolder())).toMatchObject({ status: 'done' })
})

test('what pg_restore cannot read ends the dump, however much was still to come', async () => {
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error(tools.problem.code)
  const noise = 1_000_000_000
  const environment = await programs({
    pg_dump: `case "$*" in --version) exec ${tools.value.pgDump} --version; esac; exec head -c ${noise} /dev/urandom`,
  })
  const folder = await makeDumpFolder()
  let written = 0
  const progress = ({ done }: { done: number }) => void (written = done)
  expect(await takeDump(addressOf(database.url), optionsOf(folder, { environment, progress }))).toMatchObject(
    {
      status: 'failed',
      problem: { code: 'backup-unreadable', why: 'restore-list', detail: 'exit 1' },
    },
  )
  expect(written).toBeLessThan(noise / 2)
  expect(await readdir(folder)).toEqual([])
})

test('a compressor that dies is named, and pg_dump is not blamed', async () => {
  const environment = await programs({ zstd: 'head -c 100000 >/dev/null; kill -KILL $$' })
  expect(await take(environment, await makeDumpFolder())).toMatchObject({
    status: 'failed',
    problem: { code: 'backup-failed', tool: 'zstd', exitCode: null, signal: 'SIGKILL' },
  })
})
