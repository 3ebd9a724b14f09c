/**
 * A database's access control list as data: one entry a privilege that somebody granted to somebody.
 * `grantee` empty: PUBLIC.
 */
export interface Grant {
  grantee: string
  grantor: string
  privilege: DatabasePrivilege
  grantable: boolean
}

export type DatabasePrivilege = 'CREATE' | 'TEMPORARY' | 'CONNECT'

/** PostgreSQL's letters of a database's privileges (`aclitem`), in the order in which it writes them. */
const letters = { C: 'CREATE', T: 'TEMPORARY', c: 'CONNECT' } as const satisfies Record<
  string,
  DatabasePrivilege
>

/** What an ACL of NULL means: PUBLIC may connect and make temporary tables, the owner may do everything. */
export const defaultAcl = (owner: string): Grant[] =>
  parseAcl([`=Tc/${quoteRole(owner)}`, `${quoteRole(owner)}=CTc/${quoteRole(owner)}`])

/** The entries of `pg_database.datacl`, e.g. `hrms_app=c/hrms_owner` or `"odd name"=C*Tc/hrms_owner`. */
export function parseAcl(items: readonly string[]): Grant[] {
  return items.flatMap((item) => {
    const [grantee, afterGrantee] = readRole(item, 0)
    const slash = item.indexOf('/', afterGrantee)
    const [grantor] = readRole(item, slash + 1)
    const written = item.slice(afterGrantee + 1, slash)
    return [...written.matchAll(/(.)(\*?)/g)].flatMap(([, letter, star]) => {
      const privilege = letters[letter as keyof typeof letters]
      return privilege ? [{ grantee, grantor, privilege, grantable: star === '*' }] : []
    })
  })
}

/** As PostgreSQL writes it, in an order that depends on the contents alone. */
export function formatAcl(grants: readonly Grant[]): string[] {
  const pairs = Map.groupBy(grants, ({ grantee, grantor }) => `${quoteRole(grantee)}=/${quoteRole(grantor)}`)
  return [...pairs.values()]
    .map((of) => {
      const { grantee, grantor } = of[0]!
      const privileges = Object.entries(letters).flatMap(([letter, privilege]) => {
        const grant = of.find((one) => one.privilege === privilege)
        return grant ? [letter + (grant.grantable ? '*' : '')] : []
      })
      return `${quoteRole(grantee)}=${privileges.join('')}/${quoteRole(grantor)}`
    })
    .toSorted()
}

/** Nobody may connect but the roles that are kept; everything else stays. */
export const closedAcl = (grants: readonly Grant[], owner: string, keep: readonly string[]): Grant[] =>
  withConnect(
    grants.filter(({ privilege }) => privilege !== 'CONNECT'),
    owner,
    keep,
  )

/** These roles may connect too. */
export function withConnect(grants: readonly Grant[], owner: string, roles: readonly string[]): Grant[] {
  const has = (role: string): boolean =>
    grants.some((one) => one.grantee === role && one.privilege === 'CONNECT' && one.grantor === owner)
  const added = [...new Set(roles)].filter((role) => !has(role))
  return [
    ...grants,
    ...added.map((grantee): Grant => ({ grantee, grantor: owner, privilege: 'CONNECT', grantable: false })),
  ]
}

/** Entries of `a` that `b` lacks. */
export function missingFrom(a: readonly Grant[], b: readonly Grant[]): Grant[] {
  const keys = new Set(b.map(keyOf))
  return a.filter((grant) => !keys.has(keyOf(grant)))
}

export const sameAcl = (a: readonly Grant[], b: readonly Grant[]): boolean =>
  missingFrom(a, b).length === 0 && missingFrom(b, a).length === 0

const keyOf = (grant: Grant): string =>
  JSON.stringify([grant.grantee, grant.grantor, grant.privilege, grant.grantable])

/** Reads a role from here on: quoted with doubled quotes, or up to `=` or the end. */
function readRole(item: string, from: number): [role: string, end: number] {
  if (item[from] !== '"') {
    const end = item.indexOf('=', from)
    return end === -1 ? [item.slice(from), item.length] : [item.slice(from, end), end]
  }
  let role = ''
  for (let at = from + 1; at < item.length; at++) {
    if (item[at] !== '"') role += item[at]
    else if (item[at + 1] === '"') role += item[at++]
    else return [role, at + 1]
  }
  return [role, item.length]
}

/** `aclitem` quotes whatever is not letters, digits and underscores. */
const quoteRole = (role: string): string => (/^\w*$/.test(role) ? role : `"${role.replaceAll('"', '""')}"`)
