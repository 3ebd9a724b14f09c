import pg from 'pg'
import { defaultAcl, parseAcl, sameAcl, type Grant } from '../adapters/postgres/acl.ts'

/** Who may enter a database, as it was recorded; null is PostgreSQL's default. */
interface Recorded {
  acl: readonly string[] | null
  owner: string
}

const grantsOf = ({ acl, owner }: Recorded): Grant[] => (acl ? parseAcl(acl) : defaultAcl(owner))

/** Two ACLs let in the same roles, with the same rights. */
export const isSameAccess = (a: Recorded, b: Recorded): boolean => sameAcl(grantsOf(a), grantsOf(b))

/** Roles that an ACL lets in by name, and PUBLIC. */
export const rolesLetIn = (recorded: Recorded): string[] => [
  ...new Set(connects(recorded).map(({ grantee }) => grantee || 'PUBLIC')),
]

/**
 * What a person types to let in again exactly who was let in, a line of SQL each. First what the owner granted; then,
 * only where it was so, what others granted, which rests on it and takes a member of them. `ours`: roles that closing or
 * opening lets in besides; out again.
 */
export function accessByHand(database: string, recorded: Recorded, ours: readonly string[]): string[] {
  const right = `CONNECT ON DATABASE ${pg.escapeIdentifier(database)}`
  const grants = connects(recorded)
  const given = ({ grantee, grantable }: Grant) =>
    `GRANT ${right} TO ${grantee ? pg.escapeIdentifier(grantee) : 'PUBLIC'}${grantable ? ' WITH GRANT OPTION' : ''};`
  const had = new Set(grants.map(({ grantee }) => grantee))
  const taken = ours
    .filter((role) => !had.has(role))
    .map((role) => `REVOKE ${right} FROM ${pg.escapeIdentifier(role)};`)
  const byOwner = grants.filter(({ grantor }) => grantor === recorded.owner)
  const byOthers = grants.filter(({ grantor }) => grantor !== recorded.owner)
  return [
    [...byOwner.map(given), ...taken].join(' '),
    ...byOthers.map((grant) => `SET ROLE ${pg.escapeIdentifier(grant.grantor)}; ${given(grant)}`),
  ]
}

const connects = (recorded: Recorded): Grant[] =>
  grantsOf(recorded).filter(({ privilege }) => privilege === 'CONNECT')
