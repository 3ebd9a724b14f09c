import type { Node } from 'libpg-query'
import { parsePlPgSQLSync } from './parser.ts'
import { parseInner, scanned } from './sql-parse.ts'
import { walk } from './walk.ts'

/** Whether code ends transactions: whenever it runs, on some of its ways, or on none. */
export type Ends = 'surely' | 'perhaps' | 'never'

/** What a body in PL/pgSQL does, as far as it can be read. */
export interface Body {
  /** Its statements, and its expressions as SELECT. */
  statements: Node[]
  ends: Ends
  /** The parser has read all of it. It knows no tables: of a row by their type it does not know the fields. */
  isWhole: boolean
}

/** Reads the body of a DO block. What cannot be read is taken statement by statement. */
export const bodyOf = (body: string): Body => read(`DO ${dollarQuoted(body)}`) ?? inPieces(body)

/** Reads CREATE PROCEDURE in PL/pgSQL, with its body: a string, since the parser ends its module over anything else. */
export const procedureBody = (create: string, body: string): Body => read(create) ?? inPieces(body)

function read(create: string): Body | null {
  const tree = parsed(create)
  if (tree === null) return null
  const statements: Node[] = []
  walk(tree, (name, value) => {
    if (name !== 'PLpgSQL_expr') return
    const { query = '' } = value as { query?: string }
    const inner = parseInner(query)
    statements.push(...(inner.length ? inner : parseInner(`SELECT ${query}`)))
  })
  return { statements, ends: endsOf(tree), isWhole: true }
}

/** Null: nothing is known. It throws plain errors, and what it refuses the server may take. */
function parsed(create: string): unknown {
  try {
    return parsePlPgSQLSync(create)
  } catch {
    return null
  }
}

/** Words of PL/pgSQL that stand before a statement. */
const before = new Set(['BEGIN', 'THEN', 'ELSE', 'LOOP'])

/** Between semicolons: what is SQL as it stands, or behind the words before it. */
function inPieces(body: string): Body {
  const bytes = Buffer.from(body)
  const tokens = scanned(body) ?? []
  const statements: Node[] = []
  const words = new Set<string>()
  let starts = [0]
  for (const { text, start, end } of tokens) {
    const word = text.toUpperCase()
    words.add(word)
    if (before.has(word)) starts.push(end)
    if (text !== ';') continue
    const pieces = starts.map((from) => parseInner(bytes.subarray(from, start).toString()))
    statements.push(...(pieces.find((nodes) => nodes.length > 0) ?? []))
    starts = [end]
  }
  const ends = words.has('COMMIT') || words.has('ROLLBACK') ? 'perhaps' : 'never'
  return { statements, ends, isWhole: false }
}

const hasAny = (tree: unknown, kinds: ReadonlySet<string>): boolean => {
  let has = false
  walk(tree, (name) => (has ||= kinds.has(name)))
  return has
}

const ending = new Set(['PLpgSQL_stmt_commit', 'PLpgSQL_stmt_rollback'])
const leaving = new Set(['PLpgSQL_stmt_return', 'PLpgSQL_stmt_exit'])

function endsOf(tree: unknown): Ends {
  if (!hasAny(tree, ending)) return 'never'
  const { plpgsql_funcs: made = [] } = tree as { plpgsql_funcs?: Made[] }
  return made.some((one) => surelyEnds([one.PLpgSQL_function?.action ?? {}])) ? 'surely' : 'perhaps'
}

/** Its kind, with what is in it. */
interface Statement {
  [kind: string]: { body?: Statement[]; exceptions?: unknown }
}

interface Made {
  PLpgSQL_function?: { action?: Statement }
}

/** It comes to COMMIT or ROLLBACK whatever is true. A block with EXCEPTION may catch that it is refused there. */
function surelyEnds(statements: readonly Statement[]): boolean {
  for (const statement of statements) {
    if (Object.keys(statement).some((kind) => ending.has(kind))) return true
    const { PLpgSQL_stmt_block: block, PLpgSQL_stmt_loop: loop } = statement
    const inside = block && !block.exceptions ? block.body : loop?.body
    if (inside && surelyEnds(inside)) return true
    if (hasAny(statement, leaving)) return false
  }
  return false
}

function dollarQuoted(body: string): string {
  let tag = '$body$'
  while (body.includes(tag)) tag = `$${tag.slice(1, -1)}_$`
  return `${tag}${body}${tag}`
}
