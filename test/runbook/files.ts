import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { isMap, parseDocument } from 'yaml'
import { hrmsBySql } from '../../demo/stage/runbooks.ts'
import type { Fault } from '../../src/domain/problem.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import type { Surroundings } from '../../src/runbook/cross-checks.ts'

export const demo = path.resolve(import.meta.dirname, '../../demo/runbooks')

/** The demo's runbook, by SQL files, with values changed by key path; `undefined` removes one. Folders in it are the test's own. */
export async function changed(changes: Record<string, unknown> = {}): Promise<string> {
  const document = parseDocument(await hrmsBySql())
  document.setIn(['services', 0, 'directory'], '.')
  for (const [key, value] of Object.entries(changes)) {
    const path = key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
    if (value === undefined) document.deleteIn(path)
    else document.setIn(path, document.createNode(value))
  }
  if (!isMap(document.contents)) throw new Error('the example is not a map')
  return document.toString({ lineWidth: 0 })
}

/** A folder with these files and a folder `migrations`, removed when the test has ended. */
export async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-runbooks-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    await mkdir(path.join(path.dirname(file), 'migrations'), { recursive: true })
    await writeFile(file, text)
  }
  return folder
}

/** The faults of one file, in its order. */
export async function faultsOf(text: string, known: Surroundings = {}): Promise<Fault[]> {
  const { broken } = await openRunbooks(await folderWith({ 'a.yml': text }), known).all()
  return broken.flatMap((each) => each.faults)
}
