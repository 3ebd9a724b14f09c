import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { Node, RawStmt } from 'libpg-query'
import type { Problem } from '../../domain/problem.ts'
import { failure, ok, type Result } from '../../domain/result.ts'
import { mayEndInComment, pastComments, withoutBlanks } from './comments.ts'
import { hasSqlDetails, parseSync } from './parser.ts'
import { scanned } from './sql-parse.ts'

/** One statement of a file, with its tree. Positions in the tree are those of a piece of the file, and say nothing. */
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

/** Characters of a file that are parsed at once, in about a tenth of a second where statements are short. */
const piece = 131_072

/**
 * Reads SQL as the server does (its own parser). Fails with `sql-syntax`; with `statement-unfit` where psql would read
 * something that the server does not: a backslash command, or the data of COPY … FROM STDIN.
 * A large file is read in pieces, between which everything else goes first: the server ends the session of a run that is
 * silent for 2 s inside of a transaction, and Slack waits 3 s for an answer.
 */
export async function parseFile(file: string, source: string): Promise<Result<ParsedFile>> {
  // `dotnet ef migrations script` writes a byte-order mark, which the server takes for a character of its own.
  const sql = source.startsWith('\uFEFF') ? source.slice(1) : source
  const sha256 = createHash('sha256').update(source).digest('hex')
  const statements: ParsedStatement[] = []
  let line = 1
  for (let at = 0; !isBlank(sql, at);) {
    if (at > 0) await setImmediate()
    const read = parsePiece(sql, at)
    if (!read.ok) return failure(syntaxProblem(file, { sql, at, line, statements }, read.position))
    const found = toStatements(read.text, read.raws, line)
    for (const statement of found) statements.push(statement)
    line += read.text.split('\n').length - 1
    at += read.text.length
  }
  return ok({ file, sql: source, sha256, statements })
}

/** The parser refuses an empty text as a fault of its caller. */
const isBlank = (sql: string, from: number): boolean =>
  sql.length - from < piece && sql.slice(from).trim() === ''

type Piece = { ok: true; text: string; raws: RawStmt[] } | { ok: false; position: number }

/**
 * The next statements, as many as a piece holds and at least one. A semicolon at the end of a line may stand inside of a
 * text, a comment or a body: the piece is whole only where the parser takes it and its last statement ends with a semicolon.
 */
function parsePiece(sql: string, at: number): Piece {
  for (let size = piece; ; size *= 2) {
    const end = lineEnd(sql, at + size)
    const text = sql.slice(at, end)
    try {
      const raws = parseSync(text).stmts ?? []
      if (end === sql.length || raws.at(-1)?.stmt_len) return { ok: true, text, raws }
    } catch (error) {
      if (!hasSqlDetails(error)) throw error
      if (end === sql.length) return { ok: false, position: error.sqlDetails?.cursorPosition ?? 0 }
    }
  }
}

/** Behind the next line that a semicolon ends. */
function lineEnd(sql: string, from: number): number {
  const ends = /;\r?\n/g
  ends.lastIndex = from
  return ends.exec(sql) ? ends.lastIndex : sql.length
}

/** Lines are counted on from one statement to the next: a file of data has thousands. */
function toStatements(sql: string, raws: readonly RawStmt[], first: number): ParsedStatement[] {
  const bytes = Buffer.from(sql)
  let [at, line] = [0, first]
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

/** As it is shown: the mark at the begin of a file that was read as it is (an embedded one), which the server refuses. */
const byteOrderMark = '<U+FEFF>'

/** How far a file was read: what is left begins `at` an index, in a line, behind these statements. */
interface ReadSoFar {
  sql: string
  at: number
  line: number
  statements: readonly ParsedStatement[]
}

/** @param position from where the reading came to, as PostgreSQL counts: in code points */
function syntaxProblem(file: string, { sql, at, line, statements }: ReadSoFar, position: number): Problem {
  const fault = indexOf(sql, at, position)
  const before = sql.slice(at, fault)
  const found = line + before.split('\n').length - 1
  const rest = untilLineEnd(sql, fault)
    .replace(/^\uFEFF/, byteOrderMark)
    .trim()
  if (rest.startsWith('\\'))
    return { code: 'statement-unfit', file, line: found, statement: rest, why: 'not-sql' }
  const last = lastStatement(before, line) ?? statements.at(-1)
  // What does not parse after COPY … FROM STDIN is its data: it is not shown.
  if (last && 'CopyStmt' in last.node && last.node.CopyStmt.is_from && !last.node.CopyStmt.filename)
    return { code: 'statement-unfit', file, line: last.line, statement: last.text, why: 'copy-from-stdin' }
  return { code: 'sql-syntax', file, line: found, near: rest.slice(0, 60) }
}

/** The index of a code point, counted from another index. */
function indexOf(sql: string, from: number, position: number): number {
  let at = from
  for (let left = position; left > 0 && at < sql.length; left--) at += sql.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}

function untilLineEnd(sql: string, from: number): string {
  const end = sql.indexOf('\n', from)
  return sql.slice(from, end === -1 ? sql.length : end)
}

/** The last whole statement before a fault. */
function lastStatement(before: string, line: number): ParsedStatement | null {
  const whole = before.slice(0, before.lastIndexOf(';') + 1)
  try {
    return whole.trim() === ''
      ? null
      : (toStatements(whole, parseSync(whole).stmts ?? [], line).at(-1) ?? null)
  } catch (error) {
    if (hasSqlDetails(error)) return null
    throw error
  }
}
