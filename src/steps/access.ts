import pg from 'pg'

/** Who may enter a database, as its ACL says it. */
export interface Grant {
  /** Quoted where PostgreSQL needs it; null: everybody. */
  role: string | null
  mayGrant: boolean
}

/**
 * Who an ACL lets into the current database. `aclexplode` reads the ACL as the server does, and an ACL of NULL means
 * the default of PostgreSQL, which `acldefault` gives.
 */
export async function connectGrants(client: pg.Client, acl: string[] | null): Promise<Grant[]> {
  const { rows } = await client.query<Grant>(
    `select case when grantee <> 0 then grantee::regrole::text end as role, is_grantable as "mayGrant"
     from pg_database, aclexplode(coalesce($1::aclitem[], acldefault('d', datdba)))
     where datname = current_database() and privilege_type = 'CONNECT' order by grantee`,
    [acl],
  )
  return rows
}

/**
 * What a person types to let in again exactly who was let in: one line of SQL, one transaction. `ours`: the roles that
 * the close or the opening let in besides.
 */
export function accessByHand(database: string, grants: readonly Grant[], ours: readonly string[]): string {
  const on = `CONNECT ON DATABASE ${pg.escapeIdentifier(database)}`
  const again = grants.map(
    ({ role, mayGrant }) => `GRANT ${on} TO ${role ?? 'PUBLIC'}${mayGrant ? ' WITH GRANT OPTION' : ''};`,
  )
  const were = new Set(grants.map((grant) => grant.role))
  const away = ours.map((role) => quoted(role)).filter((role) => !were.has(role))
  return [...again, ...away.map((role) => `REVOKE ${on} FROM ${role};`)].join(' ')
}

/** As `regrole` writes it: quoted only where that is needed. */
const quoted = (role: string): string => (/^[a-z_][a-z0-9_$]*$/.test(role) ? role : pg.escapeIdentifier(role))

/**
 * Whether an ACL is as closing left it, but for what opening gives to a role: then nobody else changed it meanwhile.
 * Order means nothing.
 */
export function isAsLeft(
  found: readonly string[] | null,
  left: readonly string[] | null,
  opened: string,
): boolean {
  if (found === null || left === null) return false
  const without = (acl: readonly string[]) =>
    acl
      .map((item) => (granteeOf(item) === opened ? item.replace(/(=[^/]*)c\*?/, '$1') : item))
      .filter((item) => !/=\//.test(item))
      .toSorted()
      .join('\n')
  return without(found) === without(left)
}

export const sameAccess = (a: readonly string[] | null, b: readonly string[] | null): boolean =>
  a === null || b === null ? a === b : a.toSorted().join('\n') === b.toSorted().join('\n')

/** `grantee=privileges/grantor`; the grantee in quotes where it is no plain word. */
function granteeOf(item: string): string {
  const plain = /^([^"=]*)=/.exec(item)?.[1]
  return plain ?? (/^"((?:[^"]|"")*)"/.exec(item)?.[1] ?? '').replaceAll('""', '"')
}
