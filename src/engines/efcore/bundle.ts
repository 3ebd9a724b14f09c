import { copyFile, mkdir, readdir, rename } from 'node:fs/promises'
import path from 'node:path'
import { sha256OfFile, sha256OfFiles } from '../../adapters/sha256.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { efOn, type Project } from './project.ts'
import { efFailed } from './read-project.ts'

/**
 * Makes a bundle, in a folder of its own with the settings files that `dotnet ef` finds in the startup project's: a
 * factory reads them from the folder that it runs in (EF Core's documentation: copy appsettings.json alongside). Answers
 * its path. Fails with `efcore-failed`.
 */
export async function makeBundle(project: Project, builds: string): Promise<Result<string>> {
  const folder = path.join(project.build, 'bundle')
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'efbundle')
  const bundled = await efOn(project, ['migrations', 'bundle'], ['--force', '--output', file])
  if (bundled.exitCode !== 0) return failure(efFailed('migrations bundle', bundled))
  const { directory } = project.at
  for (const name of await settingsIn(directory))
    await copyFile(path.join(directory, name), path.join(folder, name))
  const kept = path.join(builds, `bundle-${path.basename(project.build)}`)
  await rename(folder, kept)
  return ok(path.join(kept, path.basename(file)))
}

/** Of the bundle alone, or with the settings files beside it, where there are any; null where it cannot be read. */
export async function sha256OfBundle(file: string): Promise<string | null> {
  const folder = path.dirname(file)
  const settings = await settingsIn(folder)
  if (settings.length === 0) return sha256OfFile(file)
  return sha256OfFiles(folder, [path.basename(file), ...settings])
}

async function settingsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => /^appsettings(\..+)?\.json$/i.test(name))
}
