import { readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import type { Release } from '../demo/hrms/release.ts'
import { dotnet, dotnetEnvironment, sdkVersion, type Dotnet } from '../src/adapters/dotnet.ts'

/** How the migrations of the application are applied. */
export const ways = ['script', 'bundle', 'tool'] as const
export type Way = (typeof ways)[number]

const releases: readonly Release[] = ['before', 'after']

const root = path.resolve(import.meta.dirname, '..')
/** The folder of its sources: where the document's scripts are called. */
export const project = path.join(root, 'demo/hrms-dotnet')

/** A call of `dotnet` on a release. What it builds lies in this folder, where no demo runs it. */
export const dotnetFor = (release: Release, folder: string): Dotnet => ({
  directory: project,
  environment: dotnetEnvironment(process.env, [], {
    ArtifactsPath: path.join(folder, 'artifacts'),
    HrmsRelease: release,
  }),
})

/** As for production: compiled ahead of time, as .NET calls it ReadyToRun, for this platform. */
const platform = `${{ darwin: 'osx', win32: 'win' }[process.platform as string] ?? 'linux'}-${process.arch}`
const asForProduction = ['-r', platform, '-p:PublishReadyToRun=true', '-p:ArtifactsPivots=release']

/**
 * Builds both releases, and restores the tool that the document calls. Gives what this machine lacks for it, or null.
 * Throws with the compiler's lines where the sources do not build.
 */
export async function publish(folder: string): Promise<string | null> {
  if (!(await sdkVersion(dotnetFor('after', folder))).ok) return 'there is no .NET SDK 10'
  const restored = [await dotnet(dotnetFor('after', folder), ['tool', 'restore'])]
  for (const release of releases)
    restored.push(await dotnet(dotnetFor(release, folder), ['restore', 'src/HRMS.API', ...asForProduction]))
  const lacks = restored.find(({ exitCode }) => exitCode !== 0)
  if (lacks) return `its packages cannot be had:\n${lacks.lastLines.join('\n')}`
  for (const release of releases) {
    const built = await dotnet(dotnetFor(release, folder), [
      'publish',
      'src/HRMS.API',
      '--no-restore',
      '--no-self-contained',
      ...asForProduction,
    ])
    if (built.exitCode !== 0) throw new Error(built.lastLines.join('\n'))
  }
  return null
}

/** The demo's runbook in a folder of its own, once for each way to apply; and a configuration. */
export async function writeRunbooks(
  folder: string,
  people: Record<string, string[]>,
): Promise<{ pidFile: string; configuration: string }> {
  const pidFile = path.join(folder, 'hrms-api.pid')
  const example = path.join(root, 'demo/runbooks/hrms/add-security-enhancements.yml')
  await mkdir(path.join(folder, 'runbooks'), { recursive: true })
  for (const apply of ways) {
    const written = parse(await readFile(example, 'utf8'))
    written.name = `window-${apply}`
    Object.assign(written.engine, {
      project: path.join(project, 'src/HRMS.Infrastructure'),
      startupProject: path.join(project, 'src/HRMS.API'),
      environment: ['DirectoryBuildPropsPath'],
      apply,
    })
    Object.assign(written.services[0], { pidFile, log: `${pidFile}.log`, directory: folder })
    await writeFile(path.join(folder, 'runbooks', `${apply}.yml`), JSON.stringify(written))
  }
  const roles = Object.fromEntries(Object.entries(people).map(([role, who]) => [role, { people: who }]))
  const configuration = path.join(folder, 'lockkeeper.yml')
  await writeFile(configuration, JSON.stringify({ runbooks: 'runbooks', roles }))
  return { pidFile, configuration }
}

/** Ends the application at once, without waiting: for whoever leaves in the middle. */
export function endApplication(pidFile: string): void {
  try {
    process.kill(-Number.parseInt(readFileSync(pidFile, 'utf8'), 10), 'SIGKILL')
  } catch {
    // There is none.
  }
}
