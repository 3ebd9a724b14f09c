import type { Caller } from '../domain/person.ts'
import type { Queryable } from './transaction.ts'

/** The version of the rules that is in force: what bots recorded last. Null before the first bot. */
const inForce = '(select max(version) from lockkeeper.access_rules)'

/**
 * Replaces what is known of a person's roles. They hold for `seconds`: an effect that comes later must look again; and
 * only as long as the rules that they were read from are in force (`version`; null: those of this moment).
 */
export async function recordStanding(
  tx: Queryable,
  person: string,
  roles: readonly string[],
  seconds: number,
  version: number | null = null,
): Promise<void> {
  await tx.query(
    `with gone as (delete from lockkeeper.standing where person = $1 and not role = any($2))
     insert into lockkeeper.standing (person, role, until, version)
       select $1, role, now() + $3 * interval '1 s', coalesce($4, ${inForce}) from unnest($2::text[]) as role
     on conflict (person, role) do update set until = excluded.until, version = excluded.version`,
    [person, roles, seconds, version],
  )
}

/**
 * Whether this caller has the role at this moment; asked in the transaction of the effect. In a terminal the rules in
 * force must also map the operating-system user to this person.
 */
export async function hasRole(tx: Queryable, caller: Caller, role: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select from lockkeeper.standing
     where person = $1 and role = $2 and until > now() and version is not distinct from ${inForce}
       and ($3 <> 'terminal' or exists (
         select from lockkeeper.access_rules
         where version = ${inForce} and rules -> 'terminal' ->> $4 = $1))`,
    [caller.person, role, caller.via, caller.account?.user ?? ''],
  )
  return rowCount === 1
}
