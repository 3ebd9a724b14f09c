import type { Node, TransactionStmt } from 'libpg-query'
import type { UnfitReason } from '../domain/problem-noticed.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { type Statement, statementsOf, type Unit } from '../domain/script.ts'
import { needsNoTransaction, unfitness } from './statements/fitness.ts'
import { givingWay } from './statements/give-way.ts'
import type { History } from './history.ts'
import { addMarks } from './parts.ts'
import { commandOf, quoteName } from './statements/sql-parse.ts'
import type { ParsedFile, ParsedStatement } from './statements/sql-file.ts'
import { trackTemporary } from './statements/temporary.ts'
import { traceOf } from './trace.ts'
import { nodesOf, tableName, withInner } from './statements/tree.ts'

export type Direction = 'up' | 'down'

/** What a unit is made of before anything is added to it. */
type Part = { statements: ParsedStatement[] } | { alone: ParsedStatement }

/**
 * A file as units that commit by themselves. START TRANSACTION … COMMIT of the file is one; other statements that a
 * transaction may hold are one as far as they stand together; each that no transaction may hold is its own. To every
 * transaction the lock on the history and its reading are added; to the last one the history's row, where the file does
 * not write it. The file's own statements run as the owner, where there is one; what is added around them does not, so
 * that the owner needs no right to what is Lockkeeper's. Fails with `statement-unfit`.
 */
export async function unitsOf(
  parsed: ParsedFile,
  {
    history,
    owner,
    migration,
    direction,
  }: { history: History; owner: string | undefined; migration: string; direction: Direction },
): Promise<Result<Unit[]>> {
  const parts = await partsOf(parsed, direction)
  if (!parts.ok) return parts
  const giveWay = givingWay()
  let writing: ParsedStatement | undefined
  for (const statement of parsed.statements) {
    if (writesHistory(statement.node, history, migration, direction)) writing ??= statement
    await giveWay(statement.text)
  }
  if (writing && !isIn(parts.value.at(-1)!, writing)) return unfit(parsed, writing, 'history-early')
  const row = direction === 'up' ? history.insert(migration) : history.remove(migration)
  const units = parts.value.map((part) => toUnit(part, history, owner))
  return ok(
    addMarks(writing ? units : withRow(units, row, history, lastLine(parsed)), migration, parsed.sha256),
  )
}

const unfit = ({ file }: ParsedFile, { line, text }: ParsedStatement, why: UnfitReason): Result<never> =>
  failure({ code: 'statement-unfit', file, line, statement: text, why })

const isIn = (part: Part, statement: ParsedStatement): boolean =>
  'statements' in part && part.statements.includes(statement)

async function partsOf(parsed: ParsedFile, direction: Direction): Promise<Result<Part[]>> {
  const giveWay = givingWay()
  const temporary = trackTemporary()
  const parts: Part[] = []
  let explicit: ParsedStatement | null = null
  let current: ParsedStatement[] | null = null
  for (const statement of parsed.statements) {
    await giveWay(statement.text)
    const { node } = statement
    if ('TransactionStmt' in node) {
      const edge = edgeOf(node.TransactionStmt)
      if (edge === null || (edge === 'begin') === (explicit !== null))
        return unfit(parsed, statement, 'transaction-control')
      explicit = edge === 'begin' ? statement : null
      current = null
      temporary.nextPart()
      continue
    }
    const why = unfitness(node) ?? misplaced(node, explicit !== null, direction)
    if (why) return unfit(parsed, statement, why)
    if (needsNoTransaction(node)) temporary.nextPart()
    if (temporary.namesGone(node)) return unfit(parsed, statement, 'temporary-gone')
    if (needsNoTransaction(node)) {
      parts.push({ alone: statement })
      current = null
    } else if (current) {
      current.push(statement)
    } else {
      current = [statement]
      parts.push({ statements: current })
    }
  }
  return explicit ? unfit(parsed, explicit, 'transaction-control') : ok(parts)
}

/** START TRANSACTION and COMMIT without any options; everything else about transactions is not the file's to do. */
function edgeOf({ kind, options = [], chain = false }: TransactionStmt): 'begin' | 'commit' | null {
  if (options.length || chain) return null
  if (kind === 'TRANS_STMT_BEGIN' || kind === 'TRANS_STMT_START') return 'begin'
  return kind === 'TRANS_STMT_COMMIT' ? 'commit' : null
}

function misplaced(node: Node, inTransaction: boolean, direction: Direction): UnfitReason | null {
  if (!needsNoTransaction(node)) return null
  if (inTransaction) return 'inside-transaction'
  if (direction === 'down') return 'concurrently-in-down'
  return 'IndexStmt' in node && !node.IndexStmt.idxname ? 'index-unnamed' : null
}

function toUnit(part: Part, history: History, owner: string | undefined): Unit {
  const added = (text: string, { line }: ParsedStatement): Statement => ({ text, line, from: 'added' })
  const role = owner === undefined ? null : quoteName(owner)
  if ('alone' in part) {
    const { alone } = part
    const trace = traceOf(alone.node)
    return {
      in: 'none',
      begin: [],
      end: [],
      ...(role && { role: added(`SET ROLE ${role}`, alone) }),
      statement: toStatement(alone),
      ...(trace && { trace }),
    }
  }
  const [first, last] = [part.statements[0]!, part.statements.at(-1)!]
  return {
    in: 'transaction',
    statements: [
      ...guards(history, first.line),
      ...(role ? [added(`SET LOCAL ROLE ${role}`, first)] : []),
      ...part.statements.map(toStatement),
      ...(role ? [added('RESET ROLE', last)] : []),
    ],
  }
}

const guards = (history: History, line: number): Statement[] =>
  [history.lock, history.read].map((text) => ({ text, line, from: 'added' }))

const toStatement = ({ text, line }: ParsedStatement): Statement => ({ text, line, from: 'file' })

function withRow(units: Unit[], text: string, history: History, line: number): Unit[] {
  const row: Statement = { text, line, from: 'added' }
  const last = units.at(-1)
  if (last?.in === 'transaction') {
    return [...units.slice(0, -1), { ...last, statements: [...last.statements, row] }]
  }
  return [...units, { in: 'transaction', statements: [...guards(history, line), row] }]
}

/** Whether a statement writes (up) or deletes (down) the row of this migration; inside of a DO block too. */
export function writesHistory(
  node: Node,
  history: History,
  migration: string,
  direction: Direction,
): boolean {
  return withInner(node).some((each) => {
    const changes = direction === 'up' ? nodesOf([each], 'InsertStmt') : nodesOf([each], 'DeleteStmt')
    return changes.some(
      (change) =>
        change.relation !== undefined &&
        tableName(change.relation) === history.table &&
        nodesOf(change, 'A_Const').some(({ sval }) => sval?.sval === migration),
    )
  })
}

const lastLine = ({ sql }: ParsedFile): number => sql.trimEnd().split('\n').length

/** What a unit does, in a word, for progress: the command of its first statement of the file. */
export const commandOfUnit = (unit: Unit): string =>
  commandOf((statementsOf(unit).find(({ from }) => from === 'file') ?? statementsOf(unit)[0])?.text ?? '')
