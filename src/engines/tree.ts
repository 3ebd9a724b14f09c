import { hasSqlDetails, type DoStmt, type Node, parsePlPgSQLSync, type RangeVar } from 'libpg-query'
import { parseInner, quoteName } from './sql-parse.ts'

type NodeName = Node extends infer One ? (One extends unknown ? keyof One : never) : never
type NodeOf<Name extends NodeName> =
  Extract<Node, { [K in Name]: unknown }> extends infer Found
    ? Name extends keyof Found
      ? Found[Name]
      : never
    : never

/** All nodes of a kind in a tree, at whatever depth, from the top. */
export function nodesOf<Name extends NodeName>(tree: unknown, kind: Name): NodeOf<Name>[] {
  const found: NodeOf<Name>[] = []
  walk(tree, (name, value) => {
    // Where a field can hold nothing but a table, the tree leaves its kind out.
    const unnamed = kind === 'RangeVar' && name !== 'RangeVar' && isRangeVar(value)
    if (name === kind || unnamed) found.push(value as NodeOf<Name>)
  })
  return found
}

const isRangeVar = (value: unknown): value is RangeVar =>
  typeof value === 'object' && value !== null && 'relname' in value && 'relpersistence' in value

function walk(tree: unknown, seen: (name: string, value: unknown) => void): void {
  if (Array.isArray(tree)) {
    for (const each of tree) walk(each, seen)
  } else if (tree !== null && typeof tree === 'object') {
    for (const [name, value] of Object.entries(tree)) {
      seen(name, value)
      walk(value, seen)
    }
  }
}

/** What unqualified names in a migration mean: its sessions have `search_path = public`. */
export const defaultSchema = 'public'

/** A table's name, quoted with its schema. */
export const tableName = ({ schemaname, relname = '' }: Pick<RangeVar, 'schemaname' | 'relname'>): string =>
  `${quoteName(schemaname ?? defaultSchema)}.${quoteName(relname)}`

/** A name as DROP and COMMENT have it: a list of one to three parts. */
export function listedName(node: Node): string {
  const parts = 'List' in node ? (node.List.items ?? []).map(textOf) : [textOf(node)]
  const [relname = '', schemaname] = parts.toReversed()
  return tableName(schemaname === undefined ? { relname } : { relname, schemaname })
}

/** The text of a String node; of any other, nothing. */
export const textOf = (node: Node | undefined): string =>
  node && 'String' in node ? (node.String.sval ?? '') : ''

/**
 * The statements inside of a DO block in PL/pgSQL, expressions among them, and whether it ends transactions itself.
 * Of another language nothing is known.
 */
export function insideDo({ args = [] }: DoStmt): { statements: Node[]; endsTransactions: boolean } {
  const written = (name: string): string | undefined =>
    args.flatMap((arg) =>
      'DefElem' in arg && arg.DefElem.defname === name ? [textOf(arg.DefElem.arg)] : [],
    )[0]
  const body = written('as')
  if (body === undefined || (written('language') ?? 'plpgsql') !== 'plpgsql') {
    return { statements: [], endsTransactions: false }
  }
  const statements: Node[] = []
  const tree = parseBody(body)
  walk(tree, (name, value) => {
    if (name !== 'PLpgSQL_expr') return
    const { query = '' } = value as { query?: string }
    const parsed = parseInner(query)
    statements.push(...(parsed.length ? parsed : parseInner(`SELECT ${query}`)))
  })
  return { statements, endsTransactions: endsTransactions(tree) }
}

/** Whether a tree of PL/pgSQL holds COMMIT or ROLLBACK. */
export function endsTransactions(tree: unknown): boolean {
  let ends = false
  walk(tree, (name) => {
    if (name === 'PLpgSQL_stmt_commit' || name === 'PLpgSQL_stmt_rollback') ends = true
  })
  return ends
}

function parseBody(body: string): unknown {
  try {
    return parsePlPgSQLSync(`DO ${dollarQuoted(body)}`)
  } catch (error) {
    // What PL/pgSQL does not understand fails when it runs.
    if (hasSqlDetails(error)) return null
    throw error
  }
}

function dollarQuoted(body: string): string {
  let tag = '$body$'
  while (body.includes(tag)) tag = `$${tag.slice(1, -1)}_$`
  return `${tag}${body}${tag}`
}

/** A statement and, of a DO block, those inside of it. */
export const withInner = (node: Node): Node[] =>
  'DoStmt' in node ? [node, ...insideDo(node.DoStmt).statements] : [node]
