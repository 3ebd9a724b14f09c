import type { Finding } from '../domain/finding.ts'
import { foreignOwners, ownersOf, writesRows } from '../adapters/postgres/privileges.ts'
import { roleAttributes, unassumable, whoAmI } from '../adapters/postgres/roles.ts'
import { makesObjects, writesTable } from '../engines/statements/owning.ts'
import { blocker, warning, type Looked } from './looked.ts'

/** Whose is what the migration makes: the owner's that the runbook names, or, by default, of the role that connects. */
export async function owning(at: Looked): Promise<Finding[]> {
  const { owner } = at.runbook.target
  return owner === undefined ? notTheirs(at) : asOwner(at, owner)
}

/** The bot must be able to act as the owner, and the owner to do what the statements do. */
async function asOwner({ client, touched, prepared, history }: Looked, owner: string): Promise<Finding[]> {
  if (!(await roleAttributes(client, owner)).exists) return [blocker({ code: 'owner-missing', role: owner })]
  const role = await whoAmI(client)
  if (await unassumable(client, [owner]))
    return [blocker({ code: 'privilege-missing', role, needs: `membership in ${owner}`, why: 'own' })]
  const lacks = (needs: string, why: 'migrate' | 'record') =>
    blocker({ code: 'privilege-missing', role: owner, needs, why })
  const others = await foreignOwners(client, touched, owner)
  const moves = [prepared?.up, prepared?.down].filter((one) => one != null)
  const records = moves.some((move) => move.program !== null || writesTable(move, history.table))
  return [
    ...(others.length > 0 ? [lacks(`membership in ${others.join(', ')}`, 'migrate')] : []),
    ...(records && !(await writesRows(client, owner, history.table))
      ? [lacks(`SELECT, INSERT and DELETE on ${history.table}`, 'record')]
      : []),
  ]
}

/** Beside tables of somebody else, what is made would be ours, and they could not change it. */
async function notTheirs({ client, kind, touched, prepared, history }: Looked): Promise<Finding[]> {
  const moved = kind === 'rollback' ? prepared?.down : prepared?.up
  const makes = moved ? makesObjects(moved) : []
  if (makes.length === 0) return []
  const tables = await ownersOf(client, touched)
  const { me, owners } = tables.owners.length > 0 ? tables : await ownersOf(client, [history.table])
  const others = owners.filter((owner) => owner !== me)
  return others.length > 0 ? [warning({ code: 'owner-other', role: me, owners: others, makes })] : []
}
