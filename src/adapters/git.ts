import type { Source } from '../domain/script.ts'
import { run } from './process.ts'

/** Lines. A source in which more files are changed is no less told from its commit. */
const keptLines = 1000

/**
 * The commit of the repository that a folder is in, and what differs from it anywhere in there: a project takes its code
 * from others beside it, and its settings from folders above. Null where it is in none, or there is no git: then nobody
 * can tell which source it is.
 */
export async function readSource(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Source | null> {
  const git = (...words: string[]) =>
    run('git', words, {
      directory: folder,
      environment: { PATH: environment['PATH'], HOME: environment['HOME'], LC_ALL: 'C' },
      keepLines: keptLines,
    })
  const head = await git('rev-parse', '--verify', 'HEAD')
  const commit = head.lastLines[0]
  if (head.exitCode !== 0 || !commit) return null
  const status = await git('status', '--porcelain', '--no-renames')
  return { commit, changed: status.lastLines.map((line) => line.slice(3)) }
}
