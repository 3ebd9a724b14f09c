import type { StepKind } from './step-kind.ts'
import { closeDatabase, readAccess } from '../adapters/postgres/closing.ts'
import { done, failed } from '../domain/outcome.ts'
import { onTarget } from './on-target.ts'
import { owedAccess, takeOwed } from './owed.ts'

/**
 * Keeps every role but the bot's out of this database. Who was let in is recorded first. Closing again does no harm:
 * what is owed stays what was recorded the first time.
 */
export const close: StepKind<'close'> = {
  /** Closing is one transaction: done again, it says who is kept out now. */
  resume: async () => 'not done',

  async perform(at) {
    const { database } = at.run.plan.approved.runbook.target
    const read = await onTarget(at, async ({ client }) =>
      done({ ...(await readAccess(client)), role: client.user ?? '' }),
    )
    if (read.status !== 'done') return read
    const { acl, role } = read.facts
    await takeOwed(at.world.debts, { owes: 'access', what: owedAccess(database), was: { acl } })
    const closed = await closeDatabase(at.world.target, [role])
    return closed.ok ? done(closed.value) : failed(closed.problem)
  },
}
