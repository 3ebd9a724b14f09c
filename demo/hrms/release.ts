import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

/** The application's code as it was before the migration, or as it is after it. */
export type Release = 'before' | 'after'

/** Which release is deployed in this folder; `before` where nothing was deployed yet. */
export async function readRelease(folder: string): Promise<Release> {
  const written = await readFile(path.join(folder, 'release'), 'utf8').catch(() => 'before')
  return written.trim() === 'after' ? 'after' : 'before'
}

/** Deploys a release: it runs from the next start on. */
export async function deployRelease(folder: string, release: Release): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'release'), release)
}

// `node demo/hrms/release.ts after`: what the runbook calls to deploy.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , release] = process.argv
  const folder = process.env['HRMS_FOLDER']
  if ((release !== 'before' && release !== 'after') || !folder)
    throw new Error('HRMS_FOLDER=… node demo/hrms/release.ts before|after')
  await deployRelease(folder, release)
  console.log(`hrms-api: release ${release} deployed`)
}
