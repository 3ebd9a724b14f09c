import type pg from 'pg'
import { sqlstateOf } from '../../adapters/postgres/sql-error.ts'
import { defaultSchema } from '../statements/tree.ts'

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
 * As an assignment does (find_coercion_pathway): there is a cast that it may use, or a text is made of it. Nobody can tell
 * of domains, arrays and composite types.
 */
const converts = `old.typtype not in ('b', 'e') or old.typcategory = 'A' or new.oid is not null and (
    new.oid = old.oid or new.typtype not in ('b', 'e') or new.typcategory in ('A', 'S')
    or exists (select from pg_catalog.pg_cast
               where castsource = old.oid and casttarget = new.oid and castcontext in ('a', 'i')))`

/** The type that a change gives; `unknown`, where nobody can tell; null: one that the statements make themselves. */
async function wantedBy(
  client: pg.Client,
  { becomes }: TypeChange,
  isMade: boolean,
): Promise<number | 'unknown' | null> {
  if (becomes === null) return 'unknown'
  if (isMade) return null
  // A type that is not there yet is taken for one that the migration makes, of whatever kind.
  return (await resolveType(client, becomes))?.type ?? 'unknown'
}

/**
 * The type that a column has, where the server does not convert it to the new one by itself (42804). Null: it does, or
 * nobody can tell.
 * @param isMade whether the statements make the new type themselves, as an enum
 */
export async function unconvertible(
  client: pg.Client,
  table: string,
  change: TypeChange,
  isMade: boolean,
): Promise<string | null> {
  const wanted = await wantedBy(client, change, isMade)
  if (wanted === 'unknown') return null
  const { rows } = await client.query<{ type: string; converts: boolean }>(
    `select pg_catalog.format_type(atttypid, atttypmod) as type, ${converts} as converts
     from pg_catalog.pg_attribute
     join pg_catalog.pg_type old on old.oid = atttypid left join pg_catalog.pg_type new on new.oid = $3::oid
     where attrelid = pg_catalog.to_regclass($1) and attname = $2 and not attisdropped`,
    [table, change.column, wanted],
  )
  return rows[0] && !rows[0].converts ? rows[0].type : null
}

/** Whether a column's default is not converted to the new type by itself (42804): USING is for its rows alone. */
export async function defaultUnconvertible(
  client: pg.Client,
  table: string,
  change: TypeChange,
  isMade: boolean,
): Promise<boolean> {
  const wanted = await wantedBy(client, change, isMade)
  const given = wanted === 'unknown' ? null : await typeOfDefault(client, table, change.column)
  if (given === null) return false
  const { rows } = await client.query<{ converts: boolean }>(
    `select ${converts} as converts from pg_catalog.pg_type old
     left join pg_catalog.pg_type new on new.oid = $2::oid where old.oid = $1::oid`,
    [given, wanted],
  )
  return rows[0]?.converts === false
}

/** Whether rows of one type become another by themselves; null: nobody can tell. */
export async function typesConvert(
  client: pg.Client,
  from: string,
  becomes: string,
): Promise<boolean | null> {
  const [old, wanted] = [await resolveType(client, from), await resolveType(client, becomes)]
  if (!old || !wanted) return null
  const { rows } = await client.query<{ converts: boolean }>(
    `select ${converts} as converts from pg_catalog.pg_type old, pg_catalog.pg_type new
     where old.oid = $1::oid and new.oid = $2::oid`,
    [old.type, wanted.type],
  )
  return rows[0]?.converts ?? null
}

/** Of what type the expression itself is, before it is made one of the column's. Null: there is none, or it reads columns. */
async function typeOfDefault(client: pg.Client, table: string, column: string): Promise<number | null> {
  const { rows } = await client.query<{ given: string }>(
    `select pg_catalog.pg_get_expr(adbin, adrelid) as given
     from pg_catalog.pg_attrdef join pg_catalog.pg_attribute on attrelid = adrelid and attnum = adnum
     where adrelid = pg_catalog.to_regclass($1) and attname = $2`,
    [table, column],
  )
  if (!rows[0]) return null
  try {
    const { fields } = await client.query(`select ${rows[0].given} limit 0`)
    return fields[0]?.dataTypeID ?? null
  } catch (error) {
    if (sqlstateOf(error) === null) throw error
    return null
  }
}
