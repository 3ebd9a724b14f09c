import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { buildProject, efVersion, projectFacts, restoreProject, sdkVersion } from '../../adapters/dotnet.ts'
import { readSource } from '../../adapters/git.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { Source } from '../../domain/script.ts'
import type { Project } from './project.ts'

/** A project that was built. */
export interface Build {
  /** Absolute: the folder that the startup project was built into, and that `dotnet ef` runs. */
  output: string
  source: Result<Source | null>
}

/**
 * Restores and builds a project with the SDK and the tool that its folder asks for. Fails with `dotnet-missing`,
 * `dotnet-sdk`, `dotnet-ef-missing`, `dotnet-ef-unfit`, `dotnet-restore`, `dotnet-output` and `dotnet-build`.
 */
export async function build({
  settings,
  project,
  startup,
  build: folder,
  at,
}: Project): Promise<Result<Build>> {
  const sdk = await sdkVersion(at)
  if (!sdk.ok) return sdk
  const tool = await efVersion(at)
  if (!tool.ok) return tool
  const restored = await restoreProject(at, startup)
  if (!restored.ok) return restored
  const [facts, started] = await Promise.all([
    projectFacts(at, project, settings),
    projectFacts(at, startup, settings),
  ])
  if (!facts.ok) return facts
  if (!started.ok) return started
  const used = await efCoreVersion(facts.value.assets)
  if (used !== null && major(used) !== major(tool.value))
    return failure({ code: 'dotnet-ef-unfit', tool: tool.value, project: used })
  for (const { output } of [facts.value, started.value])
    // A project for several frameworks has none before one is chosen.
    if (output !== '' && path.relative(folder, output).startsWith('..'))
      return failure({ code: 'dotnet-output', output })
  const built = await buildProject(at, startup, settings)
  if (!built.ok) return built
  return ok({ output: started.value.output, source: await readSource(at.directory, at.environment) })
}

const major = (version: string): number => Number.parseInt(version, 10)

/** The version of EF Core that was restored; null where the list of packages does not say. */
async function efCoreVersion(assets: string): Promise<string | null> {
  const text = await readFile(assets, 'utf8').catch(() => '')
  return /"Microsoft\.EntityFrameworkCore\/([^"]+)"/.exec(text)?.[1] ?? null
}
