import type pg from 'pg'
import type { SqlError } from '../../domain/sql-error.ts'
import { scanned } from './sql-parse.ts'

const kinds: Record<string, NonNullable<SqlError['missing']>['is']> = {
  '42703': 'column',
  '42P01': 'table',
  '42883': 'function',
  '42704': 'object',
  '3F000': 'schema',
}

/**
 * What a statement names and does not exist. The server says it in its message alone, which may hold anything: so it is
 * shown only as it is written in the statement, found by the place or the quoted names that the server gives.
 */
export function missingName(error: pg.DatabaseError, statement: string): SqlError['missing'] | null {
  const is = kinds[error.code ?? '']
  if (!is) return null
  const tokens = (scanned(statement) ?? []).map(({ text, start, end }) => ({ text, start, end }))
  const at = positionIn(error, statement)
  if (at !== null) {
    const first = tokens.findIndex(({ end }) => end > at)
    const written = first === -1 ? '' : chainFrom(tokens, first)
    return isName(written) ? { is, name: written, of: null } : null
  }
  const names = new Map(tokens.map(({ text }) => [unquoted(text), text]))
  const quoted = [...(error.message ?? '').matchAll(/["«„“]([^"»“”„«]{1,200})["»“”]/g)].flatMap(
    ([, name = '']) => {
      const parts = name.split('.').map((part) => names.get(part))
      return parts.every((part) => part !== undefined && isName(part)) ? [parts.join('.')] : []
    },
  )
  const [name, of = null] = quoted
  return name === undefined ? null : { is, name, of: is === 'column' ? of : null }
}

/** Bytes from the statement's begin; null: the server gives no place, or one in another text. */
function positionIn(
  { position, internalQuery, internalPosition }: pg.DatabaseError,
  statement: string,
): number | null {
  const given = position ?? (internalQuery === statement ? internalPosition : undefined)
  if (!given) return null
  return Buffer.byteLength(
    Array.from(statement)
      .slice(0, Number(given) - 1)
      .join(''),
  )
}

/** `a.b."C"`, as it is written. */
function chainFrom(tokens: readonly { text: string }[], first: number): string {
  let end = first + 1
  while (tokens[end]?.text === '.') end += 2
  return tokens
    .slice(first, end)
    .map(({ text }) => text)
    .join('')
}

const isName = (text: string): boolean =>
  /^(?:[\p{L}_][\p{L}\d_$]*|"[^"]+")(?:\.(?:[\p{L}_][\p{L}\d_$]*|"[^"]+"))*$/u.test(text)

const unquoted = (text: string): string =>
  text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text.toLowerCase()
