import type { Words } from './process-pair.ts'
import { run } from './process.ts'
import { findProgram, type Environment } from './program-path.ts'

/** Bytes: four times what a pipe holds. */
const size = 1 << 18

/**
 * The same words, so that the program's standard input or output goes through a large buffer. PostgreSQL's programs pass
 * 4 kB at a time to a pipe: 100,000 calls for 400 MB, and as many at the other end. `stdbuf` of coreutils changes that
 * from outside; a backup took a tenth less processor time. Where it is missing, or does not work with this program, the
 * words as they are.
 */
export async function largeBuffers(
  direction: 'in' | 'out',
  words: Words,
  environment: Environment,
): Promise<Words> {
  const stdbuf = await findProgram('stdbuf', environment)
  if (stdbuf === null) return words
  const option = `${direction === 'in' ? '-i' : '-o'}${size}`
  const tried = await run(stdbuf, [option, words[0], '--version'], { environment })
  // Where its library cannot be loaded, the program runs all the same, and there is a complaint.
  return tried.exitCode === 0 && tried.lastLines.length === 1 ? [stdbuf, option, ...words] : words
}
