import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { describe, expect, inject } from 'vitest'
import type { Target } from '../../../src/adapters/postgres/target.ts'
import type { Prepared, Program } from '../../../src/domain/script.ts'
import { applyProgram } from '../../../src/engines/efcore/apply-program.ts'
import { sha256OfFile, sha256OfFolder } from '../../../src/adapters/sha256.ts'
import { splitScript } from '../../../src/engines/efcore/generate.ts'
import { aboutBundle, holds, makeProgram } from '../../../src/engines/efcore/program.ts'
import { projectOf, type Project } from '../../../src/engines/efcore/project.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { prepareScripts } from '../../../src/engines/prepare-scripts.ts'
import type { Applying } from '../../../src/engines/engine.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { hasDotnet, hrmsBuild } from '../../dotnet.ts'
import { once } from '../../once.ts'
import { applying, before, initial, security } from '../scripts.ts'
import { buildsFolder, environment, hrmsProject, settings } from './hrms-project.ts'

const table = 'master."__EFMigrationsHistory"'
const history = historyOf({ table, column: 'MigrationId', values: {} })
const migrations = path.resolve(hrmsProject, '../runbooks/hrms/migrations')

/** A project over the build that all tests share. */
async function projectFor(target: Target, builds = ''): Promise<Project> {
  const { directory, environment: shared } = await hrmsBuild('after')
  const place = { folder: directory, address: target.address, builds, history: null }
  return projectOf(
    settings({ environment: Object.keys(shared), apply: 'bundle' }),
    { ...place, environment: { ...environment, ...shared } },
    shared['ArtifactsPath']!,
  )
}

const folder = () => path.join(inject('folder'), 'bundle')
const bundle = async (): Promise<Program> => {
  const file = path.join(folder(), 'efbundle')
  return { by: 'bundle', file, sha256: (await sha256OfFile(file))!, build: null }
}

/** The bundle that all tests share: made once in a run of the tests. */
async function bundled(target: Target): Promise<Program> {
  await once(folder(), async () => {
    await mkdir(folder(), { recursive: true })
    const made = valueOf(
      await makeProgram(await projectFor(target, folder()), { output: '', source: null }, placeOf(target)),
    )
    await cp(made!.file, path.join(folder(), 'efbundle'))
  })
  return bundle()
}

const placeOf = (target: Target) => ({
  folder: hrmsProject,
  address: target.address,
  environment,
  builds: folder(),
  history: null,
})

/** A move by its SQL files, which are what EF generates, applied by a program. */
async function moved(program: Program, from: string, to: string): Promise<Prepared & { program: Program }> {
  const ids = from < to ? [before, security].filter((id) => id > from && id <= to) : [security]
  const direction = from < to ? 'up' : 'down'
  const sqlOf = (way: 'up' | 'down') =>
    Promise.all(ids.map((id) => readFile(path.join(migrations, `${id}.${way}.sql`), 'utf8')))
  const ups = valueOf(splitScript((await sqlOf('up')).join('\n'), ids, 'up', history))
  const read =
    direction === 'up' ? ups : valueOf(splitScript((await sqlOf('down')).join('\n'), ids, 'down', history))
  const prepared = valueOf(prepareScripts({ move: { from, to }, direction, read, ups, history, program }))
  return { ...prepared, program }
}

interface Scene {
  target: Target
  project: Project
  apply(by: Program, from: string, to: string, at?: Partial<Applying>): ReturnType<typeof applyProgram>
}

async function sceneOf(hrms: Hrms): Promise<Scene> {
  const target = hrms.target()
  const project = await projectFor(target)
  return {
    target,
    project,
    async apply(by, from, to, at) {
      return applyProgram(project, target, history, await moved(by, from, to), applying(at))
    },
  }
}

const tool = async (): Promise<Program> => {
  const { environment: shared } = await hrmsBuild('after')
  const build = shared['ArtifactsPath']!
  const file = path.join(build, 'after/bin/HRMS.API/release')
  return { by: 'tool', file, sha256: (await sha256OfFolder(file))!, build }
}

const last = async (hrms: Hrms): Promise<string> => {
  const { rows } = await (await hrms.client()).query(`select max("MigrationId") as last from ${table}`)
  return rows[0].last
}

describe.skipIf(!hasDotnet)('A program', { timeout: 600_000 }, () => {
  test.for(['bundle', 'tool'] as const)(
    'applies a migration, and takes it back: %s',
    async (by, { hrms }) => {
      const scene = await sceneOf(hrms)
      const program = by === 'tool' ? await tool() : await bundled(scene.target)
      const told: (string | null)[] = []
      expect(
        await scene.apply(program, before, security, { progress: ({ at }) => told.push(at) }),
      ).toMatchObject({
        status: 'done',
        facts: { by, statements: [{ command: `Applying ${security}` }], attempts: 1, reconciled: false },
      })
      expect(told).toEqual([`Applying ${security}`])
      expect(await last(hrms)).toBe(security)
      await (
        await hrms.client()
      ).query(`update master."RefreshTokens" set "EmployeeId" = gen_random_uuid()
      where "Id" in (select "Id" from master."RefreshTokens" limit 3)`)
      expect(await scene.apply(program, security, before, { accepted: 2 })).toMatchObject({
        status: 'asks',
        question: { code: 'loss-grew', accepted: 2, counted: 3 },
      })
      expect(await last(hrms)).toBe(security)
      expect(await scene.apply(program, security, before, { accepted: 3 })).toMatchObject({
        status: 'done',
        facts: { saved: [{ rows: 3 }] },
      })
      expect(await last(hrms)).toBe(before)
    },
  )

  test('leaves a way down that has to delete rows to the script: both are one transaction', async ({
    hrms,
  }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    await (await hrms.client()).query(await readFile(path.join(migrations, `${security}.up.sql`), 'utf8'))
    await (
      await hrms.client()
    ).query(`update master."RefreshTokens" set "AdminUserId" = null
      where "Id" in (select "Id" from master."RefreshTokens" limit 2)`)
    expect(await scene.apply(program, security, before, { accepted: 2 })).toMatchObject({
      status: 'done',
      facts: { by: 'scripts', saved: [{ rows: 2 }] },
    })
    expect(await last(hrms)).toBe(before)
  })

  test('waits for a lock no longer than it may, and names who holds it', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await hrms.session('hrms_app', 'report')
    await reader.query('begin')
    await reader.query('select count(*) from master."RefreshTokens"')
    const ended = await scene.apply(program, before, security, { lockTimeout: 300, lockAttempts: 2 })
    expect(ended).toMatchObject({
      status: 'failed',
      problem: {
        code: 'lock-timeout',
        attempts: 2,
        sqlstate: '55P03',
        statement: expect.stringContaining('ALTER TABLE master."RefreshTokens"'),
        blockers: [{ application: 'report' }],
      },
    })
    expect(await last(hrms)).toBe(before)
    await reader.query('commit')
  })

  test('that fails halfway says where, and leaves the history where it was committed', async ({ hrms }) => {
    const client = await hrms.client()
    await client.query(await readFile(path.join(migrations, `${before}.down.sql`), 'utf8'))
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    // The second migration commits, the third one finds its column there: a trigger of somebody else made it.
    await client.query(`create function public.meddle() returns trigger language plpgsql as
      $$ begin execute 'alter table master."AdminUsers" add "PasswordResetToken" text'; return null; end $$`)
    await client.query(
      `create trigger meddle after insert on ${table} for each statement execute function public.meddle()`,
    )
    expect(await scene.apply(program, initial, security)).toMatchObject({
      status: 'failed',
      problem: {
        code: 'sql-error',
        sqlstate: '42701',
        file: `${security}.up.sql`,
        statement: expect.stringContaining('PasswordResetToken'),
      },
    })
    expect(await last(hrms)).toBe(before)
  })

  test.for(['bundle', 'tool'] as const)(
    'that is killed midway leaves nothing working: %s',
    async (by, { hrms }) => {
      const scene = await sceneOf(hrms)
      const program = by === 'tool' ? await tool() : await bundled(scene.target)
      const reader = await hrms.session('hrms_app', 'report')
      await reader.query('begin')
      await reader.query('select count(*) from master."RefreshTokens"')
      const name = scene.target.applicationName
      const seer = await hrms.client()
      const applied = scene.apply(program, before, security, { lockTimeout: 60_000 })
      const waiting = async () => {
        const { rows } = await seer.query(
          "select pid from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'",
          [name],
        )
        return rows.length
      }
      await expect.poll(waiting, { timeout: 60_000 }).toBe(1)
      // The one that has this database's connection in its environment.
      const { stdout } = await execa('pgrep', ['-f', by === 'tool' ? 'ef.dll database update' : 'efbundle'])
      for (const pid of stdout.split('\n'))
        if ((await environmentOf(pid)).includes(`application_name=${name} `))
          process.kill(Number(pid), 'SIGKILL')
      expect(await applied).toMatchObject({ status: 'failed', problem: { code: 'program-failed', by } })
      expect(await waiting()).toBe(0)
      expect(await last(hrms)).toBe(before)
      await reader.query('commit')
    },
  )

  test('is cancelled with the run', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await hrms.session('hrms_app', 'report')
    await reader.query('begin')
    await reader.query('select count(*) from master."RefreshTokens"')
    const cancel = new AbortController()
    const progress = () => cancel.abort()
    expect(
      await scene.apply(program, before, security, { lockTimeout: 60_000, signal: cancel.signal, progress }),
    ).toEqual({
      status: 'failed',
      problem: { code: 'cancelled', by: '' },
    })
    expect(await last(hrms)).toBe(before)
  })

  test('that is another one than was approved does not run', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const file = path.join(await buildsFolder(), 'efbundle')
    await writeFile(file, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    const program: Program = { by: 'bundle', file, sha256: (await sha256OfFile(file))!, build: null }
    expect(await holds(program)).toEqual({ ok: true, value: undefined })
    // It ended well, and nothing was done: the history decides.
    expect(await scene.apply(program, before, security)).toEqual({
      status: 'failed',
      problem: { code: 'history-unlike', expected: security, found: before },
    })
    await writeFile(file, '#!/bin/sh\nexit 1\n')
    expect(await scene.apply(program, before, security)).toEqual({
      status: 'failed',
      problem: { code: 'program-changed', by: 'bundle', file },
    })
    expect(await aboutBundle(scene.project, program, security)).toEqual([
      { level: 'blocker', problem: { code: 'bundle-lacks', file, migration: security } },
    ])
    const good = await bundled(scene.target)
    expect(await aboutBundle(scene.project, good, security)).toEqual([])
    expect(await aboutBundle(scene.project, { ...good, named: true }, security)).toEqual([
      { level: 'warning', problem: { code: 'bundle-unread', file: good.file } },
    ])
    await writeFile(file, `#!/bin/sh\n# ${security}\nexit 3\n`)
    expect(await aboutBundle(scene.project, program, security)).toEqual([
      { level: 'blocker', problem: { code: 'bundle-unfit', file, exitCode: 3 } },
    ])
    await rm(file)
    expect(await holds(program)).toEqual({
      ok: false,
      problem: { code: 'program-missing', by: 'bundle', file },
    })
  })

  test('whose history another migrator holds is not begun', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const other = await hrms.client()
    await other.query('begin')
    await other.query(`lock table ${table} in row exclusive mode`)
    expect(await scene.apply(program, before, security, { lockTimeout: 300, lockAttempts: 1 })).toMatchObject(
      {
        status: 'failed',
        problem: { code: 'lock-timeout', statement: expect.stringContaining('LOCK TABLE') },
      },
    )
  })
})

const environmentOf = (pid: string): Promise<string> =>
  readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
