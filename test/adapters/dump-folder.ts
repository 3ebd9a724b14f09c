import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder for backups that goes when the test is over. */
export async function makeDumpFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-backups-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}
