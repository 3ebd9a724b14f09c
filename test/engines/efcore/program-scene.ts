import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { expect, inject } from 'vitest'
import type { Target } from '../../../src/adapters/postgres/target.ts'
import type { Prepared, Program } from '../../../src/domain/script.ts'
import { ok } from '../../../src/domain/result.ts'
import { applyProgram } from '../../../src/engines/efcore/apply-program.ts'
import { sha256OfFile, sha256OfFolder } from '../../../src/adapters/sha256.ts'
import { splitScript } from '../../../src/engines/efcore/generate.ts'
import { makeProgram } from '../../../src/engines/efcore/program.ts'
import { projectOf, type Project } from '../../../src/engines/efcore/project.ts'
import { historyOf } from '../../../src/engines/history.ts'
import { prepareScripts } from '../../../src/engines/prepare-scripts.ts'
import type { Applying } from '../../../src/engines/engine.ts'
import { type Hrms, valueOf } from '../../adapters/postgres/hrms.ts'
import { hrmsBuild } from '../../dotnet.ts'
import { once } from '../../once.ts'
import { applying, before, security } from '../scripts.ts'
import { buildsFolder, environment, hrmsProject, settings } from './hrms-project.ts'
import { commandsOfAll } from '../../commands-of-all.ts'

export const table = 'master."__EFMigrationsHistory"'
const history = historyOf({ table, column: 'MigrationId', values: {} })
export const migrations = path.resolve(hrmsProject, '../runbooks/hrms/migrations')

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
export async function bundled(target: Target): Promise<Program> {
  await once(folder(), async () => {
    await mkdir(folder(), { recursive: true })
    const made = valueOf(
      await makeProgram(
        await projectFor(target, folder()),
        { output: '', source: ok(null) },
        placeOf(target),
      ),
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
  const direction = from < to ? 'up' : 'down'
  const [older, newer] = direction === 'up' ? [from, to] : [to, from]
  const ids = [before, security].filter((id) => id > older && id <= newer)
  const readWay = async (way: 'up' | 'down', of: string[]) => {
    const sql = of.map((id) => readFile(path.join(migrations, `${id}.${way}.sql`), 'utf8'))
    return valueOf(await splitScript((await Promise.all(sql)).join('\n'), of, way, history))
  }
  const ups = await readWay('up', ids)
  const read = direction === 'up' ? ups : await readWay('down', ids.toReversed())
  const prepared = valueOf(
    await prepareScripts({ move: { from, to }, direction, read, ups, history, program }),
  )
  return { ...prepared, program }
}

export interface Scene {
  target: Target
  project: Project
  apply(by: Program, from: string, to: string, at?: Partial<Applying>): ReturnType<typeof applyProgram>
}

export async function sceneOf(hrms: Hrms): Promise<Scene> {
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

export const tool = async (): Promise<Program> => {
  const { environment: shared } = await hrmsBuild('after')
  const build = shared['ArtifactsPath']!
  const file = path.join(build, 'after/bin/HRMS.API/release')
  return { by: 'tool', file, sha256: (await sha256OfFolder(file))!, build }
}

export const last = async (hrms: Hrms): Promise<string> => {
  const { rows } = await (await hrms.client()).query(`select max("MigrationId") as last from ${table}`)
  return rows[0].last
}

/** A program of our own: lines of a shell. */
export async function scripted(lines: string): Promise<Program> {
  const file = path.join(await buildsFolder(), 'efbundle')
  await writeFile(file, `#!/bin/sh\n${lines}\n`, { mode: 0o755 })
  return { by: 'bundle', file, sha256: (await sha256OfFile(file))!, build: null }
}

/** With the history at the first migration of all: the third one waits for a session when it writes its row. */
export async function holdSecond(hrms: Hrms): Promise<pg.Client> {
  const client = await hrms.client()
  await client.query(await readFile(path.join(migrations, `${before}.down.sql`), 'utf8'))
  await client.query(`create function public.wait() returns trigger language plpgsql as
    $$ begin perform pg_advisory_xact_lock(42); return new; end $$`)
  await client.query(`create trigger wait before insert on ${table} for each row
    when (new."MigrationId" = '${security}') execute function public.wait()`)
  const reader = await hrms.session('hrms_app', 'report')
  await reader.query('begin')
  await reader.query('select pg_advisory_xact_lock(42)')
  return reader
}

export async function waiting(seer: pg.Client, name: string): Promise<number> {
  const { rows } = await seer.query(
    "select pid from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'",
    [name],
  )
  return rows.length
}

/** Kills the one that has this run's name in its environment, once it waits for a lock. */
export async function killWaiting(seer: pg.Client, by: Program['by'], name: string): Promise<void> {
  await expect.poll(() => waiting(seer, name)).toBe(1)
  const program = by === 'tool' ? 'ef.dll database update' : 'efbundle'
  for (const { pid } of (await commandsOfAll()).filter(({ args }) => args.includes(program)))
    if ((await environmentOf(pid)).includes(`application_name=${name} `)) process.kill(pid, 'SIGKILL')
}

const environmentOf = (pid: number): Promise<string> =>
  readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
