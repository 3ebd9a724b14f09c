import pg from 'pg'
import { defaultAcl, parseAcl, sameAcl, type Grant } from '../adapters/postgres/acl.ts'

/** Who may enter a database, as it was recorded; null is PostgreSQL's default. */
export interface Recorded {
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
 * What a person types to let in again exactly who was let in: one line of SQL. What the owner granted comes first, since
 * what others granted rests on it. `ours`: roles that closing or opening lets in besides; out again at the end.
 */
export function accessByHand(database: string, recorded: Recorded, ours: readonly string[]): string {
  const right = `CONNECT ON DATABASE ${pg.escapeIdentifier(database)}`
  const grants = connects(recorded).toSorted(
    (a, b) => Number(a.grantor !== recorded.owner) - Number(b.grantor !== recorded.owner),
  )
  const given = grants.map(
    ({ grantee, grantor, grantable }) =>
      `GRANT ${right} TO ${grantee ? pg.escapeIdentifier(grantee) : 'PUBLIC'}${grantable ? ' WITH GRANT OPTION' : ''}` +
      `${grantor === recorded.owner ? '' : ` GRANTED BY ${pg.escapeIdentifier(grantor)}`};`,
  )
  const had = new Set(grants.map(({ grantee }) => grantee))
  const taken = ours
    .filter((role) => !had.has(role))
    .map((role) => `REVOKE ${right} FROM ${pg.escapeIdentifier(role)};`)
  return [...given, ...taken].join(' ')
}

const connects = (recorded: Recorded): Grant[] =>
  grantsOf(recorded).filter(({ privilege }) => privilege === 'CONNECT')
