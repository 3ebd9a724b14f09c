import { access } from 'node:fs/promises'
import path from 'node:path'
import { failure, ok, type Result } from '../domain/result.ts'
import { inherited } from './inherited.ts'
import { run, type Ended } from './process.ts'

/** Where and with what `dotnet` is called. */
export interface Dotnet {
  /** Absolute: the SDK and the tool's manifest are looked for from here upward. */
  directory: string
  /** All that it sees. Secrets are here, never among arguments. */
  environment: Readonly<Record<string, string | undefined>>
  signal?: AbortSignal
  onLine?: (line: string) => void
}

/**
 * No telemetry, no greeting, English, no build server that stays behind, and no profiling of code for a second
 * optimisation that a build never lives to see (a tenth of its processor time).
 */
export const quietDotnet = {
  DOTNET_CLI_TELEMETRY_OPTOUT: '1',
  DOTNET_NOLOGO: '1',
  DOTNET_CLI_UI_LANGUAGE: 'en',
  MSBUILDDISABLENODEREUSE: '1',
  DOTNET_CLI_USE_MSBUILD_SERVER: '0',
  UseSharedCompilation: 'false',
  DOTNET_TieredPGO: '0',
  LC_ALL: 'C.UTF-8',
}

/** Of ours, what .NET needs and what is named; and what is given. */
export const dotnetEnvironment = (
  ours: Readonly<Record<string, string | undefined>>,
  names: readonly string[],
  given: Readonly<Record<string, string>>,
): Record<string, string | undefined> => ({
  ...inherited(ours, 'dotnet', names),
  ...quietDotnet,
  ...given,
})

/** Lines. A list of a thousand migrations is 6,000. */
const keptLines = 20_000

export const dotnet = (at: Dotnet, args: readonly string[]): Promise<Ended> =>
  run('dotnet', args, { ...at, keepLines: keptLines })

/** The SDK that this folder gets. Fails with `dotnet-missing`, and `dotnet-sdk` where global.json wants another one. */
export async function sdkVersion(at: Dotnet): Promise<Result<string>> {
  const { exitCode, lastLines } = await dotnet(at, ['--version'])
  if (exitCode === 127 || exitCode === 126) return failure({ code: 'dotnet-missing' })
  const version = lastLines.find((line) => /^\d+\.\d+\.\d+/.test(line))
  if (exitCode !== 0 || !version) return failure({ code: 'dotnet-sdk', folder: at.directory })
  return ok(version)
}

/**
 * The version of `dotnet ef`, of the local manifest where there is one: it is restored first. Fails with
 * `dotnet-ef-missing`, with the errors of that restore where it failed.
 */
export async function efVersion(at: Dotnet): Promise<Result<string>> {
  const restored = (await hasManifest(at.directory)) ? await dotnet(at, ['tool', 'restore']) : null
  const { exitCode, lastLines } = await dotnet(at, ['ef', '--version'])
  const version = lastLines.findLast((line) => /^\d+\.\d+\.\d+/.test(line))
  if (exitCode === 0 && version) return ok(version)
  // Another tool of the manifest may have failed, which is none of ours.
  const failed = restored !== null && restored.exitCode !== 0
  const errors = failed ? errorsIn(restored.lastLines, at.directory) : []
  return failure({ code: 'dotnet-ef-missing', folder: at.directory, ...(failed && { errors }) })
}

async function hasManifest(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    for (const manifest of ['.config/dotnet-tools.json', 'dotnet-tools.json']) {
      const found = await access(path.join(at, manifest)).then(
        () => true,
        () => false,
      )
      if (found) return true
    }
    if (at === path.dirname(at)) return false
  }
}

/** How many of the errors of a build are told: the others mostly follow from them. */
const toldErrors = 5

/** Characters of each: together no more than a record keeps of a program's words. */
const longestError = 1_600

/** Fails with `dotnet-restore`, with the first errors. */
export async function restoreProject(at: Dotnet, project: string): Promise<Result<void>> {
  const { exitCode, lastLines } = await dotnet(at, ['restore', project])
  return exitCode === 0
    ? ok(undefined)
    : failure({ code: 'dotnet-restore', project, errors: errorsIn(lastLines, at.directory) })
}

/** How a project is built. */
interface Manner {
  configuration: string
  framework?: string | undefined
}

/** Builds a project that was restored. Fails with `dotnet-build`, with the first errors. */
export async function buildProject(
  at: Dotnet,
  project: string,
  { configuration, framework }: Manner,
): Promise<Result<void>> {
  const wanted = framework ? ['--framework', framework] : []
  const words = ['build', project, '--no-restore', '--configuration', configuration]
  const { exitCode, lastLines } = await dotnet(at, [...words, ...wanted])
  return exitCode === 0
    ? ok(undefined)
    : failure({ code: 'dotnet-build', project, errors: errorsIn(lastLines, at.directory) })
}

/** `FILE(LINE,COLUMN): error CS1002: ; expected [PROJECT]`, as MSBuild writes each of them, twice. */
function errorsIn(lines: readonly string[], folder: string): string[] {
  const errors = lines
    .map((line) => line.trim())
    .filter((line) => /(^|: )error( [A-Z]+\d+)? ?:/.test(line))
    .map((line) => withoutProject(line).replaceAll(`${folder}${path.sep}`, ''))
  const told = [...new Set(errors)]
  return (told.length > 0 ? told : lines.slice(-3).map((line) => line.trim()))
    .slice(0, toldErrors)
    .map((line) => line.slice(0, longestError))
}

const withoutProject = (line: string): string =>
  line.endsWith(']') && line.includes(' [') ? line.slice(0, line.lastIndexOf(' [')) : line

/** Absolute: the folder that a project is built into, and its list of packages. Call after `restoreProject`. */
export async function projectFacts(
  at: Dotnet,
  project: string,
  { configuration, framework }: Manner,
): Promise<Result<{ output: string; assets: string }>> {
  const { exitCode, lastLines } = await dotnet(at, [
    'msbuild',
    project,
    '-getProperty:TargetDir,ProjectAssetsFile',
    `-property:Configuration=${configuration}`,
    ...(framework ? [`-property:TargetFramework=${framework}`] : []),
  ])
  const json = lastLines.slice(lastLines.findIndex((line) => line.startsWith('{'))).join('\n')
  if (exitCode !== 0 || !json.startsWith('{'))
    return failure({ code: 'dotnet-build', project, errors: errorsIn(lastLines, at.directory) })
  const { Properties } = JSON.parse(json) as { Properties: { TargetDir: string; ProjectAssetsFile: string } }
  return ok({ output: Properties.TargetDir, assets: Properties.ProjectAssetsFile })
}
