import type { AlterTableCmd, Constraint, IndexElem, IndexStmt, Node } from 'libpg-query'
import type { SqlError } from '../../domain/sql-error.ts'
import { commandIn } from './effects.ts'
import { inParentheses, parseInner, quoteName, scanned } from './sql-parse.ts'
import { nodesOf, tableName, textOf } from './tree.ts'

/** What the server says of a failure. */
type Failure = Pick<SqlError, 'sqlstate' | 'column' | 'constraint'>

/**
 * A query that finds the rows because of which a statement failed, by its names alone: no value of a row is in it. Null:
 * no query is known, e.g. because the statement brings its own rows.
 * @param major version of the server
 */
export function offendingRows(statement: string, failure: Failure, major: number): string | null {
  const [node] = parseInner(statement)
  if (!node) return null
  if ('IndexStmt' in node) return failure.sqlstate === '23505' ? inIndex(node.IndexStmt, statement) : null
  if (!('AlterTableStmt' in node)) return null
  const { relation, cmds = [] } = node.AlterTableStmt
  if (!relation) return null
  const table = tableName(relation)
  const found = cmds
    .flatMap(commandIn)
    .flatMap((command) => byCommand(table, command, { statement, failure, major }) ?? [])
  return found[0] ?? null
}

interface Failed {
  statement: string
  failure: Failure
  major: number
}

function byCommand(table: string, { subtype, name = '', def }: AlterTableCmd, failed: Failed): string | null {
  const { sqlstate, column, constraint } = failed.failure
  if (subtype === 'AT_SetNotNull')
    return sqlstate === '23502' && column === name ? withoutValue(table, [name], 'or') : null
  if (subtype === 'AT_AlterColumnType' && sqlstate.startsWith('22') && def && 'ColumnDef' in def)
    return unconvertible(table, name, typeIn(failed.statement), failed.major)
  const named = nodesOf([def], 'Constraint')
  const one = named.find(({ conname }) => conname !== undefined && conname === constraint) ?? named[0]
  return one ? byConstraint(table, one, failed) : null
}

function byConstraint(table: string, constraint: Constraint, { statement, failure }: Failed): string | null {
  const { contype, keys = [], location = 0, nulls_not_distinct } = constraint
  const columns = keys.map((key) => quoteName(textOf(key)))
  const isKey = contype === 'CONSTR_PRIMARY' || contype === 'CONSTR_UNIQUE'
  switch (failure.sqlstate) {
    case '23505':
      return isKey && columns.length > 0 ? repeated(table, columns, nulls_not_distinct) : null
    case '23502':
      return contype === 'CONSTR_PRIMARY' ? withoutValue(table, keys.map(textOf), 'or') : null
    case '23514': {
      const says = contype === 'CONSTR_CHECK' ? inParentheses(statement, location, 'CHECK') : null
      return says && `select * from ${table} where not (${says})`
    }
    case '23503':
      return contype === 'CONSTR_FOREIGN' ? orphans(table, constraint) : null
    case '23P01':
      return contype === 'CONSTR_EXCLUSION' ? excluded(table, constraint) : null
    default:
      return null
  }
}

const withoutValue = (table: string, columns: readonly string[], or: string): string =>
  `select * from ${table} where ${columns.map((name) => `${quoteName(name)} is null`).join(` ${or} `)}`

/** NULL is like nothing, unless the constraint says otherwise. */
function repeated(table: string, keys: readonly string[], isNullLikeNull = false, where = ''): string {
  const given = isNullLikeNull ? [] : keys.map((key) => `${key} is not null`)
  const conditions = [...(where ? [`(${where})`] : []), ...given]
  return (
    `select ${keys.join(', ')}, count(*) from ${table}` +
    (conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '') +
    ` group by ${keys.join(', ')} having count(*) > 1`
  )
}

function orphans(table: string, { pktable, pk_attrs = [], fk_attrs = [] }: Constraint): string | null {
  if (!pktable || pk_attrs.length === 0 || pk_attrs.length !== fk_attrs.length) return null
  const ours = fk_attrs.map((key) => `ours.${quoteName(textOf(key))}`)
  const same = pk_attrs.map((key, i) => `theirs.${quoteName(textOf(key))} = ${ours[i]}`)
  const given = ours.map((name) => `${name} is not null`)
  return `select * from ${table} as ours where ${given.join(' and ')} and not exists (select from ${tableName(pktable)} as theirs where ${same.join(' and ')})`
}

function excluded(table: string, { exclusions = [], where_clause }: Constraint): string | null {
  if (where_clause) return null
  const pairs = exclusions.map((exclusion) => {
    const [element, operator] = 'List' in exclusion ? (exclusion.List.items ?? []) : []
    const name = element && 'IndexElem' in element ? element.IndexElem.name : undefined
    const sign = operator && 'List' in operator ? textOf(operator.List.items?.at(-1)) : ''
    return name === undefined || sign === '' ? null : `a.${quoteName(name)} ${sign} b.${quoteName(name)}`
  })
  if (pairs.length === 0 || pairs.includes(null)) return null
  return `select a.*, b.* from ${table} as a join ${table} as b on a.ctid < b.ctid and ${pairs.join(' and ')}`
}

/** From version 16 on the server tells which texts a type takes; before it, all values are shown for people to see. */
function unconvertible(table: string, name: string, type: string | null, major: number): string | null {
  const column = quoteName(name)
  const all = `select distinct ${column} from ${table} where ${column} is not null`
  if (type === null || major < 16) return all
  return `select * from ${table} where not pg_input_is_valid(${column}::text, '${type.replaceAll("'", "''")}')`
}

/** The type of the only column whose type a statement changes, as it is written. Null: several, or none to be told. */
function typeIn(statement: string): string | null {
  const tokens = scanned(statement) ?? []
  const types = tokens.flatMap(({ text }, i) => (text.toUpperCase() === 'TYPE' && i > 0 ? [i + 1] : []))
  const [from, ...others] = types
  if (from === undefined || others.length > 0) return null
  const ends = tokens.findIndex(
    ({ text }, i) =>
      i > from && [',', ';', 'USING', 'COLLATE'].includes(text.toUpperCase()) && depth(tokens, from, i) === 0,
  )
  const last = tokens[(ends === -1 ? tokens.length : ends) - 1]
  const first = tokens[from]
  return first && last ? Buffer.from(statement).subarray(first.start, last.end).toString() : null
}

const depth = (tokens: readonly { text: string }[], from: number, to: number): number =>
  tokens.slice(from, to).reduce((sum, { text }) => sum + (text === '(' ? 1 : text === ')' ? -1 : 0), 0)

function inIndex(
  { relation, indexParams = [], whereClause, nulls_not_distinct }: IndexStmt,
  statement: string,
): string | null {
  const elements = nodesOf(indexParams as Node[], 'IndexElem')
  const written = elementsOf(statement, relation?.location ?? 0)
  if (!relation || !written || written.keys.length !== elements.length) return null
  if (elements.some(({ opclass, collation }) => opclass || collation)) return null
  const keys = elements.map((element, i) => keyOf(element, written.keys[i]!))
  const where = whereClause ? written.where : ''
  return where === null ? null : repeated(tableName(relation), keys, nulls_not_distinct, where)
}

const keyOf = ({ name }: IndexElem, written: string): string =>
  name === undefined
    ? written
        .replace(/\snulls\s{1,20}(?:first|last)$/i, '')
        .trimEnd()
        .replace(/\s(?:asc|desc)$/i, '')
        .trimEnd()
    : quoteName(name)

/** The elements of an index as they are written behind its table, and its condition. */
function elementsOf(statement: string, from: number): { keys: string[]; where: string | null } | null {
  const tokens = (scanned(statement) ?? []).filter(({ start }) => start >= from)
  const opens = tokens.findIndex(({ text }) => text === '(')
  if (opens === -1) return null
  const bytes = Buffer.from(statement)
  const keys: string[] = []
  let begins = tokens[opens]!.end
  let level = 0
  for (const [i, { text, start, end }] of tokens.entries()) {
    if (i < opens) continue
    level += text === '(' ? 1 : text === ')' ? -1 : 0
    if (level === 0 || (level === 1 && text === ',')) {
      keys.push(bytes.subarray(begins, start).toString().trim())
      begins = end
    }
    if (level > 0) continue
    const where = tokens.slice(i).find(({ text: word }) => word.toUpperCase() === 'WHERE')
    return { keys, where: where ? bytes.subarray(where.end).toString().replace(/;\s*$/, '').trim() : null }
  }
  return null
}
