import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Target } from '../../../src/adapters/postgres/target.ts'
import type { EfCoreSettings } from '../../../src/domain/runbook.ts'
import type { PlannedHistory } from '../../../src/domain/script.ts'
import { efcoreEngine } from '../../../src/engines/efcore/engine.ts'
import type { Engine } from '../../../src/engines/engine.ts'

/** demo/hrms-dotnet, and its three migrations. */
export const hrmsProject = path.resolve(import.meta.dirname, '../../../demo/hrms-dotnet')

export const settings = (given: Partial<EfCoreSettings> = {}): EfCoreSettings => ({
  kind: 'efcore',
  project: 'src/HRMS.Infrastructure',
  startupProject: 'src/HRMS.API',
  context: 'MasterDbContext',
  configuration: 'Release',
  connection: 'ConnectionStrings__MasterDb',
  environment: ['JWT_SECRET', 'DirectoryBuildPropsPath'],
  apply: 'script',
  shared: false,
  ...given,
})

export const environment: Readonly<Record<string, string | undefined>> = {
  ...process.env,
  JWT_SECRET: 'a secret of thirty-two bytes or more',
  DirectoryBuildPropsPath: path.join(hrmsProject, 'Directory.Build.props'),
}

export interface Given {
  settings?: Partial<EfCoreSettings>
  /** Another copy of the project. */
  folder?: string
  /** Of a plan that was made. */
  history?: PlannedHistory
  environment?: Record<string, string | undefined>
  builds?: string
}

/** A folder for builds that goes with its test. */
export async function buildsFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-builds-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function engineFor(target: Target, given: Given = {}): Promise<Engine> {
  return efcoreEngine(settings(given.settings), {
    folder: given.folder ?? hrmsProject,
    address: target.address,
    environment: { ...environment, ...given.environment },
    builds: given.builds ?? (await buildsFolder()),
    history: given.history ?? null,
  })
}
