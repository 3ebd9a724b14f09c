import type { Node, ScanToken } from 'libpg-query'
import { hasSqlDetails, parseSync, scanSync } from './parser.ts'

/** Statements of SQL that stands inside of something else; none where it is not whole. */
export function parseInner(sql: string): Node[] {
  // The parser refuses an empty text as a fault of its caller.
  if (sql.trim() === '') return []
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

const isComment = (tokenName: string): boolean => tokenName === 'SQL_COMMENT' || tokenName === 'C_COMMENT'
