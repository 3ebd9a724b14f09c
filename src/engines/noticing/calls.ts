import type { CallStmt, CreateFunctionStmt, Node } from 'libpg-query'
import type pg from 'pg'
import { type Ends, procedureBody } from '../statements/plpgsql.ts'
import { parseInner } from '../statements/sql-parse.ts'
import { nodesOf, optionOf, tableName, textOf } from '../statements/tree.ts'

/** One procedure of a name: how many arguments a CALL of it has, and whether it ends transactions. */
interface Procedure {
  least: number
  most: number
  ends: Ends
}

/** What the statements of a move do to procedures, and which ones they call. */
export interface Procedures {
  follow(node: Node, text: string): void
  /**
   * The procedure that a statement calls, quoted with its schema, and whether it ends transactions; of several of a name
   * those that take as many arguments. Null: it calls none.
   */
  calledBy(client: pg.Client, node: Node): Promise<{ name: string; ends: Ends } | null>
}

export function trackProcedures(): Procedures {
  const made = new Map<string, Procedure[]>()
  /** By name: all that the server had are gone. */
  const dropped = new Set<string>()
  return {
    follow(node, text) {
      if ('DropStmt' in node)
        for (const { objname = [] } of nodesOf(node.DropStmt.objects, 'ObjectWithArgs')) {
          made.delete(nameOf(objname))
          dropped.add(nameOf(objname))
        }
      if (!('CreateFunctionStmt' in node) || !node.CreateFunctionStmt.is_procedure) return
      const name = nameOf(node.CreateFunctionStmt.funcname)
      const procedure = madeBy(node.CreateFunctionStmt, text)
      const others = (made.get(name) ?? []).filter(({ most }) => most !== procedure.most)
      made.set(name, [...others, procedure])
    },
    async calledBy(client, node) {
      if (!('CallStmt' in node)) return null
      const { name, count } = called(node.CallStmt)
      const ours = made.get(name) ?? []
      const there = dropped.has(name) ? [] : await onServer(client, name)
      // One with as many arguments is replaced, as far as can be told without their types.
      const left = there.filter(({ most }) => ours.every((one) => one.most !== most))
      const meant = [...ours, ...left].filter(({ least, most }) => least <= count && count <= most)
      const ends = new Set(meant.map((one) => one.ends))
      const [only = 'never'] = ends
      return { name, ends: ends.size > 1 ? 'perhaps' : only }
    },
  }
}

const nameOf = (names: readonly Node[] = []): string => {
  const [relname = '', schemaname] = names.map(textOf).toReversed()
  return tableName(schemaname === undefined ? { relname } : { relname, schemaname })
}

const called = ({ funccall: { funcname, args = [] } = {} }: CallStmt): { name: string; count: number } => ({
  name: nameOf(funcname),
  count: args.length,
})

function madeBy({ parameters = [], options = [] }: CreateFunctionStmt, text: string): Procedure {
  const all = nodesOf(parameters, 'FunctionParameter')
  const isOpen = all.some(({ mode }) => mode === 'FUNC_PARAM_VARIADIC')
  const left = all.filter(({ defexpr }) => defexpr !== undefined).length + (isOpen ? 1 : 0)
  const most = isOpen ? Infinity : all.length
  return { least: all.length - left, most, ends: endsIn(options, text) }
}

/** The procedures of a name that the server has. */
async function onServer(client: pg.Client, name: string): Promise<Procedure[]> {
  const { rows } = await client.query<{ least: number; most: number; isOpen: boolean; definition: string }>(
    `select count - pronargdefaults - (provariadic <> 0)::int as least, count as most, provariadic <> 0 as "isOpen",
            pg_catalog.pg_get_functiondef(p.oid) as definition
     from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     cross join lateral (select coalesce(pg_catalog.array_length(proallargtypes, 1), pronargs)) as taken (count)
     where p.prokind = 'p' and pg_catalog.format('%I.%I', nspname, proname) = $1`,
    [name],
  )
  return rows.map(({ least, most, isOpen, definition }) => {
    const [node] = parseInner(definition)
    const options = node && 'CreateFunctionStmt' in node ? (node.CreateFunctionStmt.options ?? []) : []
    return { least, most: isOpen ? Infinity : most, ends: endsIn(options, definition) }
  })
}

/** Of another language nothing is known. */
function endsIn(options: readonly Node[], definition: string): Ends {
  const body = optionOf(options, 'as')
  if (body === undefined || optionOf(options, 'language') !== 'plpgsql') return 'never'
  return procedureBody(definition, body).ends
}
