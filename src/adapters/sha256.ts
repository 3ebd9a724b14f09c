import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'

/** SHA-256 of a file in lower-case hexadecimal; null where it cannot be read. */
export async function sha256OfFile(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  return pipeline(createReadStream(file), hash).then(
    () => hash.digest('hex'),
    () => null,
  )
}

/**
 * SHA-256 over the names and contents of all files of a folder and those below it, in lower-case hexadecimal; null where
 * one of them cannot be read. A file more, less, or by another name makes another one.
 */
export async function sha256OfFolder(folder: string): Promise<string | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null)
  if (!entries) return null
  const files = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
  return sha256OfFiles(folder, files)
}

/** The same over some of its files alone. */
export async function sha256OfFiles(folder: string, files: readonly string[]): Promise<string | null> {
  const hash = createHash('sha256')
  for (const file of files.toSorted()) {
    const sha256 = await sha256OfFile(path.join(folder, file))
    if (sha256 === null) return null
    hash.update(`${sha256}  ${file}\n`)
  }
  return hash.digest('hex')
}
