import type { At } from './step-kind.ts'
import type { Kind } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import { compareAccess, readAccess, restoreAccess } from '../adapters/postgres/closing.ts'
import { readOwner, whoAmI } from '../adapters/postgres/roles.ts'
import { done, failed } from '../domain/outcome.ts'
import { isSameAccess } from './access.ts'
import { onTarget } from './on-target.ts'
import { openDebt, owedAccess } from './owed.ts'

type Where = Pick<At<Kind>, 'run' | 'step' | 'world' | 'signal'>

/**
 * Restores who could connect before the run, whatever else is still open. What somebody else changed meanwhile stays as it
 * is, and the undo entry stays open. Call only after the fence.
 */
export async function letUsersIn(at: Where): Promise<Outcome<null>> {
  const { database } = at.run.plan.approved.runbook.target
  const debt = await openDebt(at.world.debts, 'access', owedAccess(database))
  if (!debt) return done(null)
  const found = await accessNow(at, debt.was.acl)
  if (found.status !== 'done') return found
  const { isAsWas, differs } = found.facts
  if (!isAsWas) {
    if (differs) return done(null)
    const restored = await restoreAccess(at.world.target, debt.was.acl)
    if (!restored.ok) return failed(restored.problem)
  }
  await at.world.debts.settle(debt.what)
  return done(null)
}

/** Whether it is as it was before the close, and, if not, what differs from how closing and opening left it. */
export const accessNow = (at: Where, was: string[] | null) =>
  onTarget(at, async ({ client }) => {
    const { database, application } = at.run.plan.approved.runbook.target
    const { acl } = await readAccess(client)
    const { owner } = await readOwner(client, database)
    const keep = [await whoAmI(client)]
    const opened = await compareAccess(client, { was, keep, opened: [application.role] })
    const closed = await compareAccess(client, { was, keep, opened: [] })
    return done({ isAsWas: isSameAccess({ acl, owner }, { acl: was, owner }), differs: closed && opened })
  })
