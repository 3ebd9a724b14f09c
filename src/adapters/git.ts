import { access } from 'node:fs/promises'
import path from 'node:path'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Source } from '../domain/script.ts'
import { inherited } from './inherited.ts'
import { readLines } from './lines.ts'
import { pipe } from './process.ts'

/** Lines. A source in which more files are changed is no less told from its commit. */
const keptLines = 1000

/**
 * The commit of the repository that a folder is in, and what differs from it anywhere in there: a project takes its code
 * from others beside it, and its settings from folders above. Null where it is in no repository, or in one without a
 * commit: then nobody can tell which source it is. Fails with `source-unread` where it is in one that git does not read,
 * or that no git is there to read.
 */
export async function readSource(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Result<Source | null>> {
  const git = (...words: string[]) => ask(folder, environment, words)
  const head = await git('rev-parse', '--verify', '--quiet', 'HEAD')
  // Without a word: HEAD is there, and names no commit yet.
  if (head.exitCode === 1 && head.errors.length === 0) return ok(null)
  const isNone = isMissing(head) || head.errors.some((line) => line.startsWith(inNone))
  if (isNone && !(await isInRepository(folder))) return ok(null)
  const [commit] = head.lines
  if (head.exitCode !== 0 || !commit) return unread(folder, head)
  const status = await git('status', '--porcelain', '--no-renames')
  if (status.exitCode !== 0) return unread(folder, status)
  return ok({ commit, changed: status.lines.map((line) => line.slice(3)) })
}

/** What git said, each stream by itself. */
interface Said {
  exitCode: number | null
  lines: string[]
  errors: string[]
}

/** With `LC_ALL=C` its words are the same everywhere; its exit code is 128 for whatever went wrong. */
async function ask(
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
  words: readonly string[],
): Promise<Said> {
  const { stdin, stdout, ended } = pipe('git', words, {
    directory: folder,
    environment: { ...inherited(environment, 'program'), LC_ALL: 'C' },
  })
  stdin.end()
  const lines: string[] = []
  readLines(stdout, (line) => lines.length < keptLines && lines.push(line))
  const { exitCode, lastLines } = await ended
  return { exitCode, lines, errors: lastLines }
}

/** "not a git repository: PATH" is another thing: a worktree whose repository is gone. */
const inNone = 'fatal: not a git repository (or any'

/** As in a shell: not found, or not to be executed. */
const isMissing = ({ exitCode }: Said): boolean => exitCode === 127 || exitCode === 126

/** By its mark, a folder or a file: git also says "not a repository" of one that it may not look into. */
async function isInRepository(folder: string): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    const found = await access(path.join(at, '.git')).then(
      () => true,
      () => false,
    )
    if (found || at === path.dirname(at)) return found
  }
}

function unread(folder: string, said: Said): Result<never> {
  const { errors } = said
  const advice = errors.map((line) => /^\s*(git config --global --add safe\.directory .+)$/.exec(line)?.[1])
  const fault = errors.find((line) => line.startsWith('fatal: ')) ?? errors[0]
  return failure({
    code: 'source-unread',
    folder,
    isMissing: isMissing(said),
    says: fault?.replace(/^fatal: /, '') ?? null,
    trust: advice.find((line) => line !== undefined) ?? null,
  })
}
