import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** SHA-256 of a file in lower-case hexadecimal; null where it cannot be read. */
export async function sha256OfFile(file: string): Promise<string | null> {
  const hash = createHash('sha256')
  return pipeline(createReadStream(file), hash).then(
    () => hash.digest('hex'),
    () => null,
  )
}
