import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'

/** Milliseconds: 30 days. No plan is good for so long. */
const keptFor = 30 * 24 * 3_600_000

/** A folder of its own for what is built for a plan, so that two plans never meet. What is old and forgotten goes. */
export async function makeBuildFolder(builds: string): Promise<string> {
  await mkdir(builds, { recursive: true, mode: 0o700 })
  for (const name of await readdir(builds)) {
    const folder = path.join(builds, name)
    const made = await stat(folder).catch(() => null)
    if (made && Date.now() - made.mtimeMs > keptFor) await removeBuild(folder)
  }
  return mkdtemp(path.join(builds, 'plan-'))
}

export const removeBuild = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true })
