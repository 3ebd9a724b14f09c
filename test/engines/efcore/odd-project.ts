import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { hrmsProject } from './hrms-project.ts'

/** Paths in the project. */
export const factory = 'src/HRMS.Infrastructure/Data/MasterDbContextFactory.cs'
export const tenant = 'src/HRMS.Infrastructure/Entities/Tenant.cs'
export const project = 'src/HRMS.Infrastructure/HRMS.Infrastructure.csproj'

export const startup = 'src/HRMS.API/HRMS.API.csproj'

/** A copy of the HRMS project in which files are changed; gone with its test. */
export async function oddProject(
  changes: Record<string, (text: string) => string>,
  added: Record<string, string> = {},
): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-hrms-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['src', '.config', 'global.json', 'Directory.Build.props', 'Directory.Build.targets'])
    await cp(path.join(hrmsProject, name), path.join(folder, name), {
      recursive: true,
      filter: (source) => !/\/(bin|obj|artifacts)$/.test(source),
    })
  for (const [file, change] of Object.entries(changes)) {
    const text = await readFile(path.join(folder, file), 'utf8')
    const changed = change(text)
    if (changed === text) throw new Error(`${file} is as it was`)
    await writeFile(path.join(folder, file), changed)
  }
  for (const [file, text] of Object.entries(added)) await writeFile(path.join(folder, file), text)
  return folder
}
