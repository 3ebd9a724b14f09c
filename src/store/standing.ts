import type { Queryable } from './transaction.ts'

/**
 * Replaces what is known of a person's roles. They hold for `seconds`: an effect that comes later must look again.
 */
export async function recordStanding(
  tx: Queryable,
  person: string,
  roles: readonly string[],
  seconds: number,
): Promise<void> {
  await tx.query(
    `with gone as (delete from lockkeeper.standing where person = $1 and not role = any($2))
     insert into lockkeeper.standing (person, role, until) select $1, role, now() + $3 * interval '1 s' from unnest($2::text[]) as role
     on conflict (person, role) do update set until = excluded.until`,
    [person, roles, seconds],
  )
}

/** Whether this person has the role at this moment; asked in the transaction of the effect. */
export async function hasRole(tx: Queryable, person: string, role: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'select from lockkeeper.standing where person = $1 and role = $2 and until > now()',
    [person, role],
  )
  return rowCount === 1
}
