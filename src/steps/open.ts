import type { At, StepKind } from './step-kind.ts'
import { openDatabase } from '../adapters/postgres/closing.ts'
import { roleAttributes } from '../adapters/postgres/roles.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { onTarget } from './on-target.ts'
import { openDebt, owedAccess } from './owed.ts'

/** Lets the application in, and nobody else: services start and are tried before users come. */
export const open: StepKind<'open'> = {
  async resume(at) {
    if (!(await isClosed(at))) return 'not done'
    const { role } = at.run.plan.approved.runbook.target.application
    const looked = await onTarget(at, async ({ client }) => done(await roleAttributes(client, role)))
    if (looked.status !== 'done') return looked
    return looked.facts.connects ? done({ roles: [role] }) : 'not done'
  },

  async perform(at) {
    if (!(await isClosed(at))) return unneeded('nothing-taken')
    const { role } = at.run.plan.approved.runbook.target.application
    const opened = await openDatabase(at.world.target, [role])
    return opened.ok ? done({ roles: [role] }) : failed(opened.problem)
  },
}

const isClosed = async (at: At<'open'>): Promise<boolean> =>
  (await openDebt(at.world.debts, 'access', owedAccess(at.run.plan.approved.runbook.target.database))) !==
  null
