import type { Node } from 'libpg-query'
import type pg from 'pg'
import { procedureBody } from './plpgsql.ts'
import { parseInner, quoteName } from './sql-parse.ts'
import { defaultSchema, optionOf, textOf } from './tree.ts'

/** The procedure that a CALL names, quoted with its schema; else null. */
export function calledBy(node: Node): string | null {
  if (!('CallStmt' in node)) return null
  const names = (node.CallStmt.funccall?.funcname ?? []).map(textOf)
  const [name = '', schema = defaultSchema] = names.toReversed()
  return `${quoteName(schema)}.${quoteName(name)}`
}

/** The procedure that a statement makes, and whether it ends transactions; else null. */
export function procedureMade(node: Node, text: string): { name: string; ends: boolean } | null {
  if (!('CreateFunctionStmt' in node) || !node.CreateFunctionStmt.is_procedure) return null
  const [name = '', schema = defaultSchema] = (node.CreateFunctionStmt.funcname ?? [])
    .map(textOf)
    .toReversed()
  return { name: `${quoteName(schema)}.${quoteName(name)}`, ends: endsIn(text) }
}

/** Whether a procedure that the server has ends transactions, as far as it is in PL/pgSQL: one of those of that name. */
export async function commits(client: pg.Client, procedure: string): Promise<boolean> {
  const { rows } = await client.query<{ definition: string }>(
    `select pg_catalog.pg_get_functiondef(p.oid) as definition
     from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
     where p.prokind = 'p' and pg_catalog.format('%I.%I', nspname, proname) = $1`,
    [procedure],
  )
  return rows.some(({ definition }) => endsIn(definition))
}

/** Of another language, or not to be parsed: nothing is known. */
function endsIn(definition: string): boolean {
  const [made] = parseInner(definition)
  if (!made || !('CreateFunctionStmt' in made)) return false
  const { options = [] } = made.CreateFunctionStmt
  const body = optionOf(options, 'as')
  if (body === undefined || optionOf(options, 'language') !== 'plpgsql') return false
  return procedureBody(definition, body).ends !== 'never'
}
