import type { Node } from 'libpg-query'
import type pg from 'pg'
import { commandIn } from './effects.ts'
import { quoteName } from './sql-parse.ts'
import { insideDo, listedName, nodesOf, tableName, textOf } from './tree.ts'

/** Views and policies that statements take away or make anew, as far as they can be read. */
export interface Gone {
  names: Set<string>
  /** Something was dropped with all that hangs on it, or by code that is not read: nobody knows what is left. */
  unknown: boolean
}

/** Notes what a statement takes away. */
export function noteGone(gone: Gone, node: Node): void {
  if ('DropStmt' in node) {
    const { removeType, behavior, objects = [] } = node.DropStmt
    if (behavior === 'DROP_CASCADE') gone.unknown = true
    if (removeType === 'OBJECT_VIEW' || removeType === 'OBJECT_MATVIEW')
      for (const one of objects) gone.names.add(listedName(one))
    if (removeType === 'OBJECT_POLICY')
      for (const one of objects) gone.names.add(quoteName(nodesOf([one], 'String').at(-1)?.sval ?? ''))
  }
  if ('ViewStmt' in node && node.ViewStmt.view) gone.names.add(tableName(node.ViewStmt.view))
  if (
    'CallStmt' in node ||
    ('DoStmt' in node &&
      (!insideDo(node.DoStmt).isWhole ||
        nodesOf([node], 'String').some(({ sval = '' }) => runsOther.test(sval)))) ||
    'RenameStmt' in node ||
    'AlterObjectSchemaStmt' in node ||
    ('SelectStmt' in node && nodesOf([node], 'FuncCall').some(({ funcname }) => !isPlain(funcname))) ||
    ('AlterTableStmt' in node &&
      (node.AlterTableStmt.cmds ?? []).flatMap(commandIn).some((one) => one.behavior === 'DROP_CASCADE'))
  )
    gone.unknown = true
}

/** Words of PL/pgSQL by which a block runs what is not read: EF’s own blocks have none. */
const runsOther = /\b(execute|call|perform)\b/i

/** What EF writes itself after rows that it inserts. */
const isPlain = (funcname: readonly Node[] = []): boolean =>
  ['setval', 'nextval', 'pg_get_serial_sequence', 'max'].includes(textOf(funcname.at(-1)))

/** Views and policies that read a column: while they are there, its type cannot be changed, and it cannot be dropped. */
export async function readersOf(client: pg.Client, table: string, column: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select distinct coalesce(ev_class::pg_catalog.regclass::text, pg_catalog.quote_ident(polname)) as name
     from pg_catalog.pg_attribute a
     join pg_catalog.pg_depend d on refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
       and refobjid = a.attrelid and refobjsubid = a.attnum and deptype = 'n'
     left join pg_catalog.pg_rewrite r on classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = objid
     left join pg_catalog.pg_policy p on classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = objid
     where a.attrelid = pg_catalog.to_regclass($1) and a.attname = $2
       and (ev_class <> a.attrelid or p.oid is not null)
     order by name`,
    [table, column],
  )
  return rows.map(({ name }) => name)
}
