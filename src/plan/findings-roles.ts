import type { Finding } from '../domain/finding.ts'
import type { PrivilegeUse } from '../domain/problem.ts'
import { closingPlan } from '../adapters/postgres/closing.ts'
import {
  createsSchemas,
  endsSessions,
  foreignOwners,
  hiddenRows,
  unreadableRelations,
} from '../adapters/postgres/privileges.ts'
import { roleAttributes, unassumable, whoAmI } from '../adapters/postgres/roles.ts'
import { leavesMarks } from '../engines/parts.ts'
import { blocker, warning, type Looked } from './looked.ts'

/** Relations that are named in a message; the rest of them would only make it longer. */
const named = 3

async function lacks(at: Looked, needs: string, why: PrivilegeUse): Promise<Finding[]> {
  return [blocker({ code: 'privilege-missing', role: await whoAmI(at.client), needs, why })]
}

/** Tried in a transaction that is rolled back: what closing would do, and whether we may. */
export async function closing({ client }: Looked): Promise<Finding[]> {
  const tried = await closingPlan(client, [await whoAmI(client)])
  return tried.ok ? [] : [blocker(tried.problem)]
}

export async function ending(at: Looked): Promise<Finding[]> {
  return (await endsSessions(at.client)) ? [] : lacks(at, 'membership in pg_signal_backend', 'end')
}

export async function reading(at: Looked): Promise<Finding[]> {
  const [unreadable, hidden] = [await unreadableRelations(at.client), await hiddenRows(at.client)]
  return [
    ...(unreadable.length ? await lacks(at, `SELECT on ${someOf(unreadable)}`, 'dump') : []),
    ...(hidden.length ? await lacks(at, `BYPASSRLS, for the policies of ${someOf(hidden)}`, 'dump') : []),
  ]
}

const someOf = (relations: string[]): string =>
  relations.slice(0, named).join(', ') +
  (relations.length > named ? ` and ${relations.length - named} more` : '')

export async function changing(at: Looked): Promise<Finding[]> {
  const owners = await foreignOwners(at.client, at.touched)
  return owners.length === 0 ? [] : lacks(at, `membership in ${owners.join(', ')}`, 'migrate')
}

/** A rollback keeps rows and columns in a schema of the target's own before it drops them. */
export async function keeping(at: Looked): Promise<Finding[]> {
  return (await createsSchemas(at.client)) ? [] : lacks(at, 'CREATE on the database', 'keep')
}

/** A migration that commits in several parts leaves marks in that schema. */
export async function marking(at: Looked): Promise<Finding[]> {
  const scripts = (at.kind === 'rollback' ? at.prepared?.down : at.prepared?.up)?.scripts ?? []
  if (!scripts.some(({ units }) => leavesMarks(units)) || (await createsSchemas(at.client))) return []
  return lacks(at, 'CREATE on the database', 'mark')
}

export async function tryingOut(at: Looked): Promise<Finding[]> {
  const as = at.runbook.verification.tryOut?.as
  if (!as) return []
  if (!(await roleAttributes(at.client, as)).exists)
    return [blocker({ code: 'application-role-unfit', role: as, why: 'missing' })]
  return (await unassumable(at.client, [as])) ? lacks(at, `membership in ${as}`, 'try-out') : []
}

/** Open lets this role in, and nobody else: it must be the application’s, and one that closing keeps out. */
export async function application({ client, runbook }: Looked): Promise<Finding[]> {
  const { role } = runbook.target.application
  const found = await roleAttributes(client, role)
  if (!found.exists) return [blocker({ code: 'application-role-unfit', role, why: 'missing' })]
  if (!found.connects || !found.login)
    return [blocker({ code: 'application-role-unfit', role, why: 'cannot-connect' })]
  if (found.superuser) return [warning({ code: 'application-role-unfit', role, why: 'super' })]
  return found.owns ? [warning({ code: 'application-role-unfit', role, why: 'owner' })] : []
}
