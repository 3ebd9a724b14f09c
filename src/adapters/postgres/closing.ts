import type pg from 'pg'
import { failure, ok, type Result } from '../../domain/result.ts'
import type { Problem } from '../../domain/problem.ts'
import {
  closedAcl,
  defaultAcl,
  formatAcl,
  type Grant,
  missingFrom,
  parseAcl,
  sameAcl,
  withConnect,
} from './acl.ts'
import { readOwner, rolesThatEnter, unassumable, whoAmI } from './roles.ts'
import { sqlProblem, sqlstateOf } from './sql-error.ts'
import type { Target } from './target.ts'

/** Who is kept out, and who enters all the same: superusers, and members of a role that is kept. */
export interface Closing {
  rolesKeptOut: string[]
  stillEnter: string[]
}

/** The ACL of the session's own database as it stands; null is PostgreSQL's default (PUBLIC may connect). */
export async function readAccess(client: pg.Client): Promise<{ acl: string[] | null }> {
  return { acl: await readAcl(client, await currentDatabase(client)) }
}

/**
 * Keeps every role but `keep` out of this database, and of no other: CONNECT is revoked from PUBLIC and every grantee,
 * the owner too. Sessions that are there stay. The change is made whole or not at all.
 * @returns `acl`: as it stands afterwards, to be compared before the undo.
 * Fails with `privilege-missing` where the bot's role is neither the owner nor a member of it, and where it could not give
 * back what another grantor gave.
 */
export async function closeDatabase(
  target: Target,
  keep: string[],
): Promise<Result<Closing & { acl: string[] }>> {
  return elsewhere(target, 'close', (client) => close(client, target.address.database, keep))
}

/** Lets these roles connect besides. */
export async function openDatabase(target: Target, roles: string[]): Promise<Result<void>> {
  const { database } = target.address
  const opened = await elsewhere(target, 'open', async (client) => {
    const access = await readGrants(client, database)
    return change(client, database, withConnect(access.grants, access.owner, roles))
  })
  return opened.ok ? ok(undefined) : opened
}

/**
 * Puts back exactly this ACL, grant options and grantors included. Null becomes what NULL means: only a superuser can
 * write NULL again, and nobody can tell the two apart by what they allow. Roles that were dropped meanwhile are left out.
 */
export async function restoreAccess(target: Target, acl: string[] | null): Promise<Result<void>> {
  const { database } = target.address
  const restored = await elsewhere(target, 'restore', async (client) => {
    const { owner, roles } = await readGrants(client, database)
    const wanted = acl ? parseAcl(acl) : defaultAcl(owner)
    const exists = (role: string): boolean => role === '' || roles.has(role)
    return change(
      client,
      database,
      wanted.filter(({ grantee, grantor }) => exists(grantee) && exists(grantor)),
    )
  })
  return restored.ok ? ok(undefined) : restored
}

/** What closing would do now, tried in a transaction that is rolled back. In the session's own database. */
export async function closingPlan(client: pg.Client, keep: string[]): Promise<Result<Closing>> {
  const tried = await inTransaction(client, 'rollback', async () =>
    close(client, await currentDatabase(client), keep),
  )
  return tried.ok ? ok({ rolesKeptOut: tried.value.rolesKeptOut, stillEnter: tried.value.stillEnter }) : tried
}

/**
 * Whether the ACL is what closing and opening left, or somebody changed it meanwhile: null, or both as text.
 * @param was as it stood before closing
 * @param opened roles that were let in since
 */
export async function compareAccess(
  client: pg.Client,
  { was, keep, opened }: { was: string[] | null; keep: string[]; opened: string[] },
): Promise<{ expected: string; found: string } | null> {
  const { grants, owner } = await readGrants(client, await currentDatabase(client))
  const closed = closedAcl(was ? parseAcl(was) : defaultAcl(owner), owner, keep)
  const expected = withConnect(closed, owner, opened)
  if (sameAcl(expected, grants)) return null
  return { expected: formatAcl(expected).join(', '), found: formatAcl(grants).join(', ') }
}

/** What these gave is taken with the rest and must be given back in their name. */
const grantorsOf = (grants: Grant[], owner: string): string[] =>
  grants
    .filter(({ privilege, grantor }) => privilege === 'CONNECT' && grantor !== owner)
    .map(({ grantor }) => grantor)

async function close(
  client: pg.Client,
  database: string,
  keep: string[],
): Promise<Result<Closing & { acl: string[] }>> {
  const before = await rolesThatEnter(client, database)
  const { grants, owner } = await readGrants(client, database)
  const foreign = await unassumable(client, grantorsOf(grants, owner))
  if (foreign !== null) return failure(await notPermitted(client, foreign))
  const closed = await change(client, database, closedAcl(grants, owner, keep))
  if (!closed.ok) return closed
  const after = await rolesThatEnter(client, database)
  return ok({
    rolesKeptOut: before.filter((role) => !after.includes(role)),
    stillEnter: after.filter((role) => !keep.includes(role)),
    acl: closed.value,
  })
}

/** Makes the ACL what is wanted, in the caller's transaction, and reads it again: a REVOKE without the right to it only warns. */
async function change(client: pg.Client, database: string, wanted: Grant[]): Promise<Result<string[]>> {
  const { grants, owner } = await readGrants(client, database)
  try {
    for (const grant of missingFrom(grants, wanted)) await revoke(client, database, owner, grant)
    await grantMissing(client, database, owner, wanted)
  } catch (error) {
    if (sqlstateOf(error) !== '42501') throw error
    return failure(await notPermitted(client, owner))
  }
  const now = (await readGrants(client, database)).grants
  return sameAcl(now, wanted) ? ok(formatAcl(now)) : failure(await notPermitted(client, owner))
}

/** What a grantor who is not the owner gave goes last: it rests on a grant option. */
async function grantMissing(
  client: pg.Client,
  database: string,
  owner: string,
  wanted: Grant[],
): Promise<void> {
  const missing = missingFrom(wanted, (await readGrants(client, database)).grants)
  const [byOwner, byOthers] = [
    missing.filter((g) => g.grantor === owner),
    missing.filter((g) => g.grantor !== owner),
  ]
  for (const grant of byOwner) await give(client, database, grant)
  let left = byOthers
  while (left.length) {
    const able = left.filter(({ grantor, privilege }) =>
      wanted.some(
        (g) => g.grantee === grantor && g.privilege === privilege && g.grantable && !left.includes(g),
      ),
    )
    if (!able.length) return
    for (const grant of able) await as(client, grant.grantor, () => give(client, database, grant))
    left = left.filter((grant) => !able.includes(grant))
  }
}

/**
 * One privilege of one grantee. A member of the owner revokes as the owner; what others granted falls with the grant
 * option that it rests on, or is revoked as its grantor.
 */
async function revoke(client: pg.Client, database: string, owner: string, grant: Grant): Promise<void> {
  const still = (await readGrants(client, database)).grants
  if (!missingFrom([grant], still).length) {
    const statement = `revoke ${grant.privilege} on database ${client.escapeIdentifier(database)} from ${nameOf(client, grant)} cascade`
    if (grant.grantor === owner) await client.query(statement)
    else await as(client, grant.grantor, () => client.query(statement))
  }
}

const give = (client: pg.Client, database: string, grant: Grant): Promise<unknown> =>
  client.query(
    `grant ${grant.privilege} on database ${client.escapeIdentifier(database)} to ${nameOf(client, grant)}${grant.grantable ? ' with grant option' : ''}`,
  )

const nameOf = (client: pg.Client, { grantee }: Grant): string =>
  grantee === '' ? 'public' : client.escapeIdentifier(grantee)

async function as(client: pg.Client, role: string, work: () => Promise<unknown>): Promise<void> {
  await client.query(`set local role ${client.escapeIdentifier(role)}`)
  await work()
  await client.query('set local role none')
}

/** Why the ACL cannot be changed: in a failed transaction nothing can be asked, so it is left first. */
async function notPermitted(client: pg.Client, owner: string): Promise<Problem> {
  await client.query('rollback')
  return {
    code: 'privilege-missing',
    role: await whoAmI(client),
    needs: `membership in ${owner}`,
    why: 'close',
  }
}

interface Access {
  owner: string
  grants: Grant[]
  roles: Set<string>
}

async function readGrants(client: pg.Client, database: string): Promise<Access> {
  const { owner, roles } = await readOwner(client, database)
  const acl = await readAcl(client, database)
  return { owner, roles: new Set(roles), grants: acl ? parseAcl(acl) : defaultAcl(owner) }
}

async function readAcl(client: pg.Client, database: string): Promise<string[] | null> {
  const { rows } = await client.query<{ acl: string[] | null }>(
    'select datacl::text[] as acl from pg_catalog.pg_database where datname = $1',
    [database],
  )
  return rows[0]!.acl
}

async function currentDatabase(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>('select pg_catalog.current_database()::text as name')
  return rows[0]!.name
}

/**
 * Works in a transaction of a session in another database of the server, so that the target has no session of ours
 * more; in the target itself where no other one lets us in.
 */
async function elsewhere<T>(
  target: Target,
  during: string,
  work: (client: pg.Client) => Promise<Result<T>>,
): Promise<Result<T>> {
  for (const database of ['postgres', 'template1', undefined]) {
    if (database === target.address.database) continue
    const opened = await target.connect(database === undefined ? {} : { database })
    if (!opened.ok) {
      if (database !== undefined && isClosedToUs(opened.problem)) continue
      return opened
    }
    try {
      return await inTransaction(opened.value.client, 'commit', () => work(opened.value.client))
    } catch (error) {
      return failure(sqlProblem(error, { host: target.address.host, during }))
    } finally {
      await opened.value.end()
    }
  }
  throw new Error('unreachable')
}

const isClosedToUs = ({ code }: Problem): boolean => code === 'target-refused' || code === 'target-missing'

async function inTransaction<T>(
  client: pg.Client,
  end: 'commit' | 'rollback',
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  await client.query('begin read write')
  try {
    const result = await work()
    await client.query(result.ok ? end : 'rollback')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
