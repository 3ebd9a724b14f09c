import type { StepKind } from './step-kind.ts'
import { closeDatabase, compareAccess, readAccess } from '../adapters/postgres/closing.ts'
import { readOwner, rolesThatEnter, whoAmI } from '../adapters/postgres/roles.ts'
import { done, failed } from '../domain/outcome.ts'
import { rolesLetIn } from './access.ts'
import { onTarget } from './on-target.ts'
import { openDebt, owedAccess, takeOwed } from './owed.ts'

/** Keeps every role but the bot's out of this database, and of no other. Who was let in is recorded first. */
export const close: StepKind<'close'> = {
  /** As closing leaves it: done. Otherwise closed again, which does no harm: what is owed stays what was recorded. */
  async resume(at) {
    const { database } = at.run.plan.approved.runbook.target
    const debt = await openDebt(at.world.debts, 'access', owedAccess(database))
    if (!debt) return 'not done'
    const looked = await onTarget(at, async ({ client }) => {
      const role = await whoAmI(client)
      const differs = await compareAccess(client, { was: debt.was.acl, keep: [role], opened: [] })
      const { owner } = await readOwner(client, database)
      const enter = await rolesThatEnter(client, database)
      const rolesKeptOut = rolesLetIn({ acl: debt.was.acl, owner }).filter((one) => one !== role)
      return done({ closed: !differs, rolesKeptOut, stillEnter: enter.filter((one) => one !== role) })
    })
    if (looked.status !== 'done') return looked
    const { closed, ...facts } = looked.facts
    return closed ? done(facts) : 'not done'
  },

  async perform(at) {
    const { database } = at.run.plan.approved.runbook.target
    const read = await onTarget(at, async ({ client }) =>
      done({ ...(await readAccess(client)), role: await whoAmI(client) }),
    )
    if (read.status !== 'done') return read
    const { acl, role } = read.facts
    await takeOwed(at.world.debts, { owes: 'access', what: owedAccess(database), was: { acl } })
    const closed = await closeDatabase(at.world.target, [role])
    if (!closed.ok) return failed(closed.problem)
    const { rolesKeptOut, stillEnter } = closed.value
    return done({ rolesKeptOut, stillEnter })
  },
}
