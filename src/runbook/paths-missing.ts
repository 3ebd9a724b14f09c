import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { Path } from '../yaml/places.ts'
import type { CrossFault, Sections } from './cross-fault.ts'

/** Folders and files that a runbook names and nobody finds there. */
export async function pathsMissing(
  { engine, services = [] }: Sections,
  folder: string,
): Promise<CrossFault[]> {
  const named: { at: Path; written: string | undefined; what: 'folder' | 'file' | 'either' }[] = [
    ...(engine?.kind === 'sql'
      ? [{ at: ['engine', 'folder'], written: engine.folder, what: 'folder' as const }]
      : []),
    ...(engine?.kind === 'efcore'
      ? [
          { at: ['engine', 'project'], written: engine.project, what: 'either' as const },
          { at: ['engine', 'startupProject'], written: engine.startupProject, what: 'either' as const },
          { at: ['engine', 'bundle'], written: engine.bundle, what: 'file' as const },
        ]
      : []),
    ...services.map(({ directory }, i) => ({
      at: ['services', i, 'directory'],
      written: directory,
      what: 'folder' as const,
    })),
  ]
  const missing = await Promise.all(
    named.map(async ({ at, written, what }): Promise<CrossFault[]> => {
      if (written === undefined) return []
      const found = await stat(path.resolve(folder, written)).catch(() => null)
      const fits =
        what === 'folder' ? found?.isDirectory() : what === 'file' ? found?.isFile() : found !== null
      return fits ? [] : [[at, words[what], 'It is relative to the folder of this file.']]
    }),
  )
  return missing.flat()
}

const words = {
  folder: 'is not a folder',
  file: 'is not a file',
  either: 'is neither a folder nor a project file',
}
