import { createHash } from 'node:crypto'
import {
  hasSqlDetails,
  loadModule,
  type Node,
  parseSync,
  type RawStmt,
  scanSync,
  type ScanToken,
} from 'libpg-query'
import type { Problem } from '../../domain/problem.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { mayEndInComment, pastComments, withoutBlanks } from './comments.ts'

/** One statement of a file, with its tree. Positions in the tree are bytes of the file. */
export interface ParsedStatement {
  /** As its author wrote it, without the semicolon. */
  text: string
  /** Its first line in the file, from 1. */
  line: number
  node: Node
}

/** A file with its statements. */
export interface ParsedFile {
  file: string
  sql: string
  sha256: string
  statements: ParsedStatement[]
}

await loadModule()

/**
 * Reads SQL as the server does (its own parser). Fails with `sql-syntax`; with `statement-unfit` where psql would read
 * something that the server does not: a backslash command, or the data of COPY … FROM STDIN.
 */
export function parseFile(file: string, source: string): Result<ParsedFile> {
  // `dotnet ef migrations script` writes a byte-order mark, which the server takes for a character of its own.
  const sql = source.startsWith('\uFEFF') ? source.slice(1) : source
  const sha256 = createHash('sha256').update(source).digest('hex')
  if (isBlank(sql)) return ok({ file, sql: source, sha256, statements: [] })
  try {
    const statements = toStatements(sql, parseSync(sql).stmts ?? [])
    return ok({ file, sql: source, sha256, statements })
  } catch (error) {
    if (!hasSqlDetails(error)) throw error
    return failure(syntaxProblem(file, sql, error.sqlDetails?.cursorPosition ?? 0))
  }
}

/** The parser refuses an empty text as a fault of its caller. */
const isBlank = (sql: string): boolean => sql.trim() === ''

/** Statements of SQL that stands inside of something else; none where it is not whole. */
export function parseInner(sql: string): Node[] {
  if (isBlank(sql)) return []
  try {
    return (parseSync(sql).stmts ?? []).flatMap(({ stmt }) => (stmt ? [stmt] : []))
  } catch (error) {
    if (hasSqlDetails(error)) return []
    throw error
  }
}

/** Tokens of SQL without its comments; null where it ends in the middle of a text, a name or a comment. */
export function scanned(sql: string): ScanToken[] | null {
  try {
    return scanSync(sql).tokens.filter(({ tokenName }) => !isComment(tokenName))
  } catch {
    return null
  }
}

/**
 * The first words of a statement, e.g. `ALTER TABLE` or `CREATE UNIQUE INDEX`; at most three, and never a name or a value.
 * Its beginning alone is read: rows of a seed are megabytes, and this is called inside of a transaction.
 */
export function commandOf(statement: string): string {
  for (let length = headLength; length < statement.length; length *= 2) {
    const words = wordsOf(scanned(statement.slice(0, length)) ?? [])
    // The last token may be cut.
    if (words.isEnded) return words.text
  }
  return wordsOf(scanned(statement) ?? []).text
}

const headLength = 256

/** `isEnded`: more tokens would not change it. */
function wordsOf(tokens: readonly ScanToken[]): { text: string; isEnded: boolean } {
  const end = tokens.findIndex(
    ({ keywordName, text }) => keywordName === 'NO_KEYWORD' || endsCommand.has(text.toUpperCase()),
  )
  const words = tokens.slice(0, Math.min(end === -1 ? tokens.length : end, 3))
  return {
    text: words.map(({ text }) => text.toUpperCase()).join(' '),
    isEnded: words.length < tokens.length - 1,
  }
}

/** What comes after the words that say what a statement does. */
const endsCommand = new Set(['ALL', 'IF', 'NOT', 'ON', 'ONLY'])

/** What stands in the parentheses after a word, e.g. those of CHECK, from a byte on. Null: there are none. */
export function inParentheses(sql: string, from: number, word: string): string | null {
  const tokens = scanSync(sql).tokens.filter(({ start }) => start >= from)
  const opens = tokens.findIndex(({ text }, i) => text === '(' && tokens[i - 1]?.text.toUpperCase() === word)
  let depth = 0
  for (const { text, start } of opens === -1 ? [] : tokens.slice(opens)) {
    depth += text === '(' ? 1 : text === ')' ? -1 : 0
    if (depth === 0) return Buffer.from(sql).subarray(tokens[opens]!.end, start).toString()
  }
  return null
}

/** A name as the server writes it: quoted where it has to be. */
export function quoteName(name: string): string {
  const plain = /^[a-z_][a-z0-9_]*$/.test(name) && isPlainWord(name)
  return plain ? name : `"${name.replaceAll('"', '""')}"`
}

/** A value as a literal that takes the type of what it is compared with or written to. */
export const quoteValue = (value: string): string =>
  value.includes('\\')
    ? ` E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${value.replaceAll("'", "''")}'`

function isPlainWord(name: string): boolean {
  const keyword = scanSync(name).tokens[0]?.keywordName
  return keyword === 'NO_KEYWORD' || keyword === 'UNRESERVED_KEYWORD'
}

/** Lines are counted on from one statement to the next: a file of data has thousands. */
function toStatements(sql: string, raws: readonly RawStmt[]): ParsedStatement[] {
  const bytes = Buffer.from(sql)
  let [at, line] = [0, 1]
  return raws.flatMap(({ stmt, stmt_location = 0, stmt_len = 0 }) => {
    if (!stmt) return []
    const end = stmt_len === 0 ? bytes.length : stmt_location + stmt_len
    const { start, text } = withoutComments(bytes.subarray(stmt_location, end).toString())
    const begin = stmt_location + start
    for (const byte of bytes.subarray(at, begin)) if (byte === newline) line++
    at = begin
    return [{ text, line, node: stmt }]
  })
}

const newline = 0x0a

/** From the first token to the last one; comments in between stay. `start` in bytes. Scans it only where it has to. */
function withoutComments(written: string): { start: number; text: string } {
  const begin = pastComments(written)
  const start = Buffer.byteLength(written.slice(0, begin))
  const text = withoutBlanks(written.slice(begin))
  if (!mayEndInComment(text)) return { start, text }
  const last = scanned(text)?.at(-1)?.end
  return { start, text: Buffer.from(text).subarray(0, last).toString() }
}

const isComment = (tokenName: string): boolean => tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT'

/** As it is shown: the mark at the begin of a file that was read as it is (an embedded one), which the server refuses. */
const byteOrderMark = '<U+FEFF>'

function syntaxProblem(file: string, sql: string, position: number): Problem {
  // The parser counts characters as PostgreSQL does: code points.
  const points = Array.from(sql)
  const before = points.slice(0, position).join('')
  const line = before.split('\n').length
  const rest = points
    .slice(position)
    .join('')
    .split('\n')[0]!
    .replace(/^\uFEFF/, byteOrderMark)
    .trim()
  if (rest.startsWith('\\')) return { code: 'statement-unfit', file, line, statement: rest, why: 'not-sql' }
  const copy = copyBefore(before)
  if (copy) return { code: 'statement-unfit', file, ...copy, why: 'copy-from-stdin' }
  return { code: 'sql-syntax', file, line, near: rest.slice(0, 60) }
}

/** What does not parse after COPY … FROM STDIN is its data: it is not shown. */
function copyBefore(before: string): { line: number; statement: string } | null {
  const whole = before.slice(0, before.lastIndexOf(';') + 1)
  const last = parseInner(whole).at(-1)
  if (!last || !('CopyStmt' in last) || !last.CopyStmt.is_from || last.CopyStmt.filename) return null
  const statement = toStatements(whole, parseSync(whole).stmts ?? []).at(-1)!
  return { line: statement.line, statement: statement.text }
}
