import { access, constants } from 'node:fs/promises'
import path from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where a program is, by absolute path: the first of PATH that may be executed, or null. */
export async function findProgram(name: string, environment: Environment): Promise<string | null> {
  for (const folder of (environment['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, name)
    if (path.isAbsolute(folder) && (await isExecutable(file))) return file
  }
  return null
}

const isExecutable = (file: string): Promise<boolean> =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
