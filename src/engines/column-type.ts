import type pg from 'pg'
import { sqlstateOf } from '../adapters/postgres/sql-error.ts'
import { defaultSchema } from './tree.ts'

/** A change of a column's type. `becomes` null: the statement converts it itself. */
export interface TypeChange {
  column: string
  becomes: string | null
}

/**
 * Whether a column's rows stay as they are under another type: the same type with more room, or one that is the same in
 * binary and has no limit (varchar to text).
 */
export async function takesOver(
  client: pg.Client,
  table: string,
  { column, becomes }: TypeChange,
): Promise<boolean> {
  if (becomes === null) return false
  const wanted = await resolveType(client, becomes)
  if (!wanted) return false
  const { rows } = await client.query<{ type: number; modifier: number; binary: boolean }>(
    `select atttypid::int as type, atttypmod as modifier,
            exists (select from pg_catalog.pg_cast
                    where castsource = atttypid and casttarget = $3::oid and castmethod = 'b') as binary
     from pg_catalog.pg_attribute where attrelid = pg_catalog.to_regclass($1) and attname = $2 and not attisdropped`,
    [table, column, wanted.type],
  )
  const [found] = rows
  if (!found) return false
  if (found.type !== wanted.type) return found.binary && wanted.modifier === -1
  return wanted.modifier === -1 || hasRoom(found.type, found.modifier, wanted.modifier)
}

const varchar = 1043
const numeric = 1700

/** Typmods as PostgreSQL packs them: of varchar the length + 4, of numeric precision << 16 | scale, + 4. */
function hasRoom(type: number, from: number, to: number): boolean {
  if (from === to) return true
  if (type === varchar) return from !== -1 && to >= from
  const scale = (modifier: number): number => (modifier - 4) & 0xffff
  return type === numeric && from !== -1 && to >= from && scale(from) === scale(to)
}

async function resolveType(
  client: pg.Client,
  type: string,
): Promise<{ type: number; modifier: number } | null> {
  // A session of ours has the catalogue alone; a migration finds a name without a schema in the default one.
  for (const name of [type, `${defaultSchema}.${type}`]) {
    try {
      const { fields } = await client.query(`select null::${name}`)
      const [field] = fields
      if (field) return { type: field.dataTypeID, modifier: field.dataTypeModifier }
    } catch (error) {
      // A type that the migration makes itself.
      if (sqlstateOf(error) === null) throw error
    }
  }
  return null
}

/**
 * The type that a column has, where the server does not convert it to the new one by itself (42804): there is no cast that
 * an assignment may use, and only texts are made of any type (find_coercion_pathway). Null: it does, or nobody can tell,
 * as of domains, arrays and composite types. A type that is not there yet is taken for one that the migration makes.
 * @param isMade whether the statements make the new type themselves, as an enum
 */
export async function unconvertible(
  client: pg.Client,
  table: string,
  { column, becomes }: TypeChange,
  isMade: boolean,
): Promise<string | null> {
  if (becomes === null) return null
  const wanted = isMade ? null : await resolveType(client, becomes)
  if (!isMade && !wanted) return null
  const { rows } = await client.query<{ type: string; converts: boolean }>(
    `select pg_catalog.format_type(atttypid, atttypmod) as type,
            old.typtype not in ('b', 'e') or old.typcategory = 'A' or new.oid is not null and (
              new.oid = old.oid or new.typtype not in ('b', 'e') or new.typcategory in ('A', 'S')
              or exists (select from pg_catalog.pg_cast
                         where castsource = old.oid and casttarget = new.oid and castcontext in ('a', 'i'))) as converts
     from pg_catalog.pg_attribute
     join pg_catalog.pg_type old on old.oid = atttypid left join pg_catalog.pg_type new on new.oid = $3::oid
     where attrelid = pg_catalog.to_regclass($1) and attname = $2 and not attisdropped`,
    [table, column, wanted?.type ?? null],
  )
  return rows[0] && !rows[0].converts ? rows[0].type : null
}
