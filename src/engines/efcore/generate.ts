import type { Node } from 'libpg-query'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Problem } from '../../domain/problem.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { History } from '../history.ts'
import type { Read } from '../prepare-scripts.ts'
import { parseFile, type ParsedStatement } from '../statements/sql-file.ts'
import { tableName } from '../statements/tree.ts'
import { type Direction, writesHistory } from '../units.ts'
import { efOn, type Project } from './project.ts'
import { efFailed } from './read-project.ts'

/** EF's name of the state before the first migration. */
const zero = '0'

/**
 * The script between two migrations as `dotnet ef migrations script` writes it. Two of the same may differ: a migration
 * may be made of the present time. Fails with `efcore-failed`.
 */
export const generateScript = (
  project: Project,
  { from, to }: { from: string | null; to: string | null },
  options: readonly string[] = [],
): Promise<Result<string>> =>
  written(project, ['migrations', 'script'], [from ?? zero, to ?? zero, ...options])

/** The whole model as a script that makes it from nothing. Fails with `efcore-failed`. */
export const generateModel = (project: Project): Promise<Result<string>> =>
  written(project, ['dbcontext', 'script'], [])

/** What a command writes into a file, without its byte-order mark: its lines are as long as they like there. */
async function written(
  project: Project,
  command: readonly string[],
  words: readonly string[],
): Promise<Result<string>> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-script-'))
  const file = path.join(folder, 'script.sql')
  try {
    const made = await efOn(project, [...command, ...words], ['--output', file])
    if (made.exitCode !== 0) return failure(efFailed(command.join(' '), made))
    return ok((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * A script by its migrations: each ends with the statement that writes its row of the history, and the COMMIT after it.
 * Where one transaction holds several (EF Core 9), each gets one of its own: what a part leaves open is committed at its
 * end, and begun again by the next.
 * The history that EF makes before its first migration is left out: no plan is without one.
 * @param migrations in the order in which the script runs them
 * Fails with `script-lacks`, `script-unread`, and as parsing does.
 */
export async function splitScript(
  script: string,
  migrations: readonly string[],
  direction: Direction,
  history: History,
): Promise<Result<Read[]>> {
  const whole = await parseFile(`script.${direction}.sql`, script)
  if (!whole.ok) return unread(whole.problem)
  const { statements } = whole.value
  const lines = script.split('\n')
  const read: Read[] = []
  // Before the first migration of all EF makes the history, which is there.
  const made = statements.slice(0, 2).findIndex(({ node }) => makes(node, history))
  let first = made + 1
  let begin = made === -1 ? 0 : lastLine(statements[made]!)
  let isOpen = false
  for (const migration of migrations) {
    const row = statements.findIndex(
      ({ node }, index) => index >= first && writesHistory(node, history, migration, direction),
    )
    if (row === -1) return failure({ code: 'script-lacks', migration, history: history.table })
    const next = row + (isCommit(statements[row + 1]) ? 2 : 1)
    // What stands before a statement is its migration's too: a comment that is cut through is no SQL.
    const end = next < statements.length ? lastLine(statements[next - 1]!) : lines.length
    const part = lines.slice(begin, end).join('\n').replace(/^\n+/, '').trimEnd()
    begin = end
    const begun = isOpen ? 'START TRANSACTION;\n' : ''
    isOpen = statements.slice(first, next).reduce(opens, isOpen)
    const parsed = await parseFile(
      `${migration}.${direction}.sql`,
      `${begun}${part}${isOpen ? '\n\nCOMMIT;' : ''}`,
    )
    if (!parsed.ok) return parsed
    read.push({ migration, parsed: parsed.value })
    first = next
  }
  return ok(read)
}

const makes = (node: Node, { table }: History): boolean =>
  'CreateStmt' in node &&
  node.CreateStmt.relation !== undefined &&
  tableName(node.CreateStmt.relation) === table

const lastLine = ({ line, text }: ParsedStatement): number => line + text.split('\n').length - 1

const isCommit = (statement: ParsedStatement | undefined): boolean =>
  statement !== undefined && edgeAt(statement) === 'TRANS_STMT_COMMIT'

const edgeAt = ({ node }: ParsedStatement): string | undefined =>
  'TransactionStmt' in node ? node.TransactionStmt.kind : undefined

/** Whether a transaction is open behind a statement. */
function opens(isOpen: boolean, statement: ParsedStatement): boolean {
  const edge = edgeAt(statement)
  return (
    edge === 'TRANS_STMT_START' || edge === 'TRANS_STMT_BEGIN' || (isOpen && edge !== 'TRANS_STMT_COMMIT')
  )
}

/** The file is nobody's to correct: what is wrong is in a migration. */
const unread = (problem: Problem): Result<never> =>
  failure(
    problem.code === 'sql-syntax'
      ? { code: 'script-unread', line: problem.line, near: problem.near }
      : problem,
  )
