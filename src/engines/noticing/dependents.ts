import type { AlterTableType, Node } from 'libpg-query'
import type pg from 'pg'
import { commandIn } from '../statements/effects.ts'
import type { Names } from '../statements/names.ts'
import { quoteName } from '../statements/sql-parse.ts'
import { insideDo, listedName, nodesOf, tableName, textOf } from '../statements/tree.ts'

/** What statements take away or make anew, as far as they can be read. Tables by the names before the first statement. */
export interface Gone {
  /** As `keyOf` writes them; tables and views by their names. */
  keys: Set<string>
  /** Something was dropped with all that hangs on it, or by code that is not read: nobody knows what is left. */
  unknown: boolean
}

type Kind = 'policy' | 'rule' | 'trigger' | 'column' | 'expression' | 'constraint'

const keyOf = (kind: Kind, name: string, on: string): string => `${kind} ${quoteName(name)} on ${on}`

/** Notes what a statement takes away. */
export function noteGone(gone: Gone, node: Node, names: Names): void {
  for (const key of takenBy(node, names)) gone.keys.add(key)
  if (leavesUnknown(node)) gone.unknown = true
}

const kinds: Partial<Record<string, Kind>> = {
  OBJECT_POLICY: 'policy',
  OBJECT_RULE: 'rule',
  OBJECT_TRIGGER: 'trigger',
}

/** A generated column may stay, and read nothing any more. */
const columnKinds: Partial<Record<AlterTableType, Kind>> = {
  AT_DropColumn: 'column',
  AT_DropExpression: 'expression',
  AT_SetExpression: 'expression',
}

const named = new Set<string | undefined>(['OBJECT_VIEW', 'OBJECT_MATVIEW', 'OBJECT_TABLE'])

/** Keys of what it drops, or makes to read something else. */
function takenBy(node: Node, names: Names): string[] {
  const was = (table: string): string => names.table(table) ?? table
  if ('DropStmt' in node) {
    const { removeType, objects = [] } = node.DropStmt
    if (named.has(removeType)) return objects.map((one) => was(listedName(one)))
    const kind = kinds[removeType ?? '']
    return kind === undefined ? [] : objects.map((one) => listedOn(kind, one, was))
  }
  const on = (kind: Kind, name = '', relation: Parameters<typeof tableName>[0] | undefined): string[] =>
    relation ? [keyOf(kind, name, was(tableName(relation)))] : []
  if ('ViewStmt' in node && node.ViewStmt.view) return [was(tableName(node.ViewStmt.view))]
  if ('AlterPolicyStmt' in node) {
    const { policy_name, table, qual, with_check } = node.AlterPolicyStmt
    return qual || with_check ? on('policy', policy_name, table) : []
  }
  if ('RuleStmt' in node) return on('rule', node.RuleStmt.rulename, node.RuleStmt.relation)
  if ('CreateTrigStmt' in node)
    return on('trigger', node.CreateTrigStmt.trigname, node.CreateTrigStmt.relation)
  if (!('AlterTableStmt' in node)) return []
  const { relation, cmds = [] } = node.AlterTableStmt
  return cmds.flatMap(commandIn).flatMap(({ subtype, name = '' }) => {
    if (subtype === 'AT_DropConstraint') return on('constraint', name, relation)
    const kind = subtype && columnKinds[subtype]
    const column = relation && names.column(tableName(relation), name)
    return kind && column ? on(kind, column, relation) : []
  })
}

/** DROP POLICY … ON: a list of the table's name and the other one. */
function listedOn(kind: Kind, one: Node, was: (table: string) => string): string {
  const parts = nodesOf([one], 'String').map(({ sval = '' }) => sval)
  const [relname = '', schemaname] = parts.slice(0, -1).toReversed()
  const table = tableName(schemaname === undefined ? { relname } : { relname, schemaname })
  return keyOf(kind, parts.at(-1) ?? '', was(table))
}

const leavesUnknown = (node: Node): boolean =>
  ('DropStmt' in node && node.DropStmt.behavior === 'DROP_CASCADE') ||
  'DropOwnedStmt' in node ||
  'CallStmt' in node ||
  ('DoStmt' in node &&
    (!insideDo(node.DoStmt).isWhole ||
      nodesOf([node], 'String').some(({ sval = '' }) => runsOther.test(sval)))) ||
  'RenameStmt' in node ||
  'AlterObjectSchemaStmt' in node ||
  ('SelectStmt' in node && nodesOf([node], 'FuncCall').some(({ funcname }) => !isPlain(funcname))) ||
  ('AlterTableStmt' in node &&
    (node.AlterTableStmt.cmds ?? []).flatMap(commandIn).some((one) => one.behavior === 'DROP_CASCADE'))

/** Words of PL/pgSQL by which a block runs what is not read: EF’s own blocks have none. */
const runsOther = /\b(execute|call|perform)\b/i

/** What EF writes itself after rows that it inserts. */
const isPlain = (funcname: readonly Node[] = []): boolean =>
  ['setval', 'nextval', 'pg_get_serial_sequence', 'max'].includes(textOf(funcname.at(-1)))

interface Reader {
  kind: Kind | 'view'
  name: string
  /** The view itself, or the table that it is on. */
  relation: string
  /** And the tables of which that one is a partition: it goes with them. */
  within: string[]
}

/**
 * What reads a column, as people know it: while it is there, the column's type cannot be changed, and it cannot be
 * dropped. Views, policies, rules, triggers that name it, and generated columns; those that are gone by then left out.
 */
export async function readersOf(
  client: pg.Client,
  table: string,
  column: string,
  gone: Gone,
): Promise<string[]> {
  return namesOf((await readers(client, table, column)).filter((one) => isLeft(gone, one)))
}

/**
 * What needs a table as people know it: while it is there, the table cannot be dropped without it. Views, and policies,
 * rules and foreign keys of other tables; those that are gone by then, as the table itself, left out.
 */
export async function neededBy(client: pg.Client, table: string, gone: Gone): Promise<string[]> {
  const references = (await referencesTo(client, table)).filter((one) => refersStill(gone, one))
  const reading = (await readers(client, table, null)).filter((one) => isLeft(gone, one))
  return namesOf([...reading, ...references])
}

/** Whether foreign keys rest on a constraint or column of a table: while they do, it cannot be dropped without them. */
export async function isKeyNeeded(
  client: pg.Client,
  table: string,
  dropped: { constraint: string } | { column: string },
  gone: Gone,
): Promise<boolean> {
  return (await referencesTo(client, table)).some(
    (one) =>
      ('column' in dropped ? one.onColumns.includes(dropped.column) : one.on === dropped.constraint) &&
      refersStill(gone, one),
  )
}

const refersStill = (gone: Gone, one: Reference): boolean =>
  isLeft(gone, one) &&
  !one.columns.some((column) => one.within.some((table) => gone.keys.has(keyOf('column', column, table))))

const isLeft = ({ keys }: Gone, { kind, name, within }: Reader): boolean =>
  within.every(
    (table) =>
      !keys.has(table) &&
      (kind === 'view' || !keys.has(keyOf(kind, name, table))) &&
      (kind !== 'column' || !keys.has(keyOf('expression', name, table))),
  )

/** Of a table `c`: its name, and those of what it is a partition of. */
const within = `array(
  with recursive above(oid) as (select c.oid union select inhparent from pg_catalog.pg_inherits join above on inhrelid = above.oid)
  select pg_catalog.format('%I.%I', nspname, relname) from above join pg_catalog.pg_class using (oid)
  join pg_catalog.pg_namespace on pg_namespace.oid = relnamespace)`

const namesOf = (readers: readonly Reader[]): string[] =>
  [
    ...new Set(readers.map(({ kind, name, relation }) => (kind === 'view' ? relation : quoteName(name)))),
  ].toSorted()

/** @param column null: of whatever column. */
async function readers(client: pg.Client, table: string, column: string | null): Promise<Reader[]> {
  const { rows } = await client.query<Reader>(
    `select distinct
       case when c.relkind in ('v', 'm') then 'view' when r.oid is not null then 'rule'
            when p.oid is not null then 'policy' when t.oid is not null then 'trigger' else 'column' end as kind,
       coalesce(rulename, polname, tgname, g.attname)::text as name,
       pg_catalog.format('%I.%I', nspname, c.relname) as relation, ${within} as within
     from pg_catalog.pg_depend d
     left join pg_catalog.pg_rewrite r on classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = objid
     left join pg_catalog.pg_policy p on classid = 'pg_catalog.pg_policy'::pg_catalog.regclass and p.oid = objid
     left join pg_catalog.pg_trigger t on classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass and t.oid = objid
       and not tgisinternal
     left join pg_catalog.pg_attrdef e on classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass and e.oid = objid
       and adnum <> refobjsubid
     left join pg_catalog.pg_attribute g on g.attrelid = adrelid and g.attnum = adnum
     join pg_catalog.pg_class c on c.oid = coalesce(ev_class, polrelid, tgrelid, adrelid)
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and refobjid = pg_catalog.to_regclass($1)
       and deptype = 'n' and ($2::name is null or refobjsubid = (
         select attnum from pg_catalog.pg_attribute where attrelid = refobjid and attname = $2 and not attisdropped))`,
    [table, column],
  )
  return rows
}

/** A foreign key with its columns, and those of the index that it rests on; `on`: the constraint that has this index. */
interface Reference extends Reader {
  columns: string[]
  on: string | null
  onColumns: string[]
}

/** Foreign keys of whatever tables; those of partitions go with their table's. */
async function referencesTo(client: pg.Client, table: string): Promise<Reference[]> {
  const { rows } = await client.query<Omit<Reference, 'kind'>>(
    `select conname::text as name, pg_catalog.format('%I.%I', nspname, relname) as relation, ${within} as within,
            array(select attname::text from pg_catalog.pg_attribute
                  where attrelid = conrelid and attnum = any(conkey)) as columns,
            (select k.conname::text from pg_catalog.pg_constraint k
             where k.conindid = f.conindid and k.conrelid = f.confrelid and k.contype in ('p', 'u')) as on,
            array(select attname::text from pg_catalog.pg_index join pg_catalog.pg_attribute on attrelid = indrelid
                  where indexrelid = conindid and attnum = any(indkey)) as "onColumns"
     from pg_catalog.pg_constraint f join pg_catalog.pg_class c on c.oid = conrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where contype = 'f' and conparentid = 0 and confrelid = pg_catalog.to_regclass($1)`,
    [table],
  )
  return rows.map((row) => ({ ...row, kind: 'constraint' }))
}
