import type { DoStmt, Node, RangeVar } from 'libpg-query'
import { type Body, bodyOf } from './plpgsql.ts'
import { quoteName } from './sql-parse.ts'
import { walk } from './walk.ts'

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

/** What stands inside of a DO block. Of one in another language nothing is known. */
export function insideDo({ args = [] }: DoStmt): Body {
  const body = optionOf(args, 'as')
  if (body === undefined || (optionOf(args, 'language') ?? 'plpgsql') !== 'plpgsql')
    return { statements: [], ends: 'never', isWhole: false }
  return bodyOf(body)
}

/** An option of DO or CREATE PROCEDURE that is a text; of a list of them the first. */
export const optionOf = (options: readonly Node[], name: string): string | undefined =>
  options.flatMap((one) =>
    'DefElem' in one && one.DefElem.defname === name
      ? nodesOf([one.DefElem.arg], 'String').map(({ sval = '' }) => sval)
      : [],
  )[0]

/** A statement and, of a DO block, those inside of it. */
export const withInner = (node: Node): Node[] =>
  'DoStmt' in node ? [node, ...insideDo(node.DoStmt).statements] : [node]
