import type { Done } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'
import { factsOf, type At, type StepKind } from './step-kind.ts'
import { restoreAccess } from '../adapters/postgres/closing.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { presentRoute } from '../domain/route.ts'
import { wentOn } from './asked.ts'
import { accessNow } from './let-users-in.ts'
import { hasTaken, openDebt, owedAccess } from './owed.ts'

/**
 * Lets everybody in as before: the last moment of a rollback without loss is right before it. What else is owed has to
 * have been given back by then. Who somebody else let in or kept out meanwhile is asked about, not overwritten.
 */
export const admit: StepKind<'admit'> = {
  /** Who may enter is as it was: what is left is to settle. */
  async resume(at) {
    const debt = await accessDebt(at)
    if (!debt) return 'not done'
    const found = await accessNow(at, debt.was.acl)
    if (found.status !== 'done') return found
    return found.facts.isAsWas ? settle(at) : 'not done'
  },

  async perform(at) {
    if (at.with.holds && !wentOn(at, 'before-admit'))
      return {
        status: 'asks',
        question: { code: 'before-admit', passed: passedSoFar(at), choices: ['go-on', 'roll-back', 'leave'] },
      }
    const owing = (await at.world.debts.open()).filter((debt) => debt.owes === 'service')
    if (owing.length > 0) return failed({ code: 'debts-open', what: owing.map((debt) => debt.what) })
    const debt = await accessDebt(at)
    if (!debt) return settle(at)
    const found = await accessNow(at, debt.was.acl)
    if (found.status !== 'done') return found
    const { isAsWas, differs } = found.facts
    if (isAsWas) return settle(at)
    if (differs && !wentOn(at, 'changed-meanwhile'))
      return {
        status: 'asks',
        question: { code: 'changed-meanwhile', what: debt.what, ...differs, choices: ['go-on', 'leave'] },
      }
    const restored = await restoreAccess(at.world.target, debt.was.acl)
    return restored.ok ? settle(at) : failed(restored.problem)
  },
}

/** Settles what admitting gives back, and on the way forward the release, which stays. Anything else still open fails. */
async function settle(at: At<'admit'>): Promise<Outcome<Done['admit']>> {
  const { debts } = at.world
  if (!(await hasTaken(debts, 'anything'))) return unneeded('nothing-taken')
  const stays = presentRoute(at.record) === 'forward'
  const settled: string[] = []
  for (const debt of await debts.open()) {
    if (debt.owes !== 'access' && !(debt.owes === 'release' && stays)) continue
    await debts.settle(debt.what)
    settled.push(debt.what)
  }
  const open = await debts.open()
  return open.length > 0
    ? failed({ code: 'debts-open', what: open.map((debt) => debt.what) })
    : done({ settled })
}

const accessDebt = (at: At<'admit'>) =>
  openDebt(at.world.debts, 'access', owedAccess(at.run.plan.approved.runbook.target.database))

function facts<K extends 'verify' | 'smoke'>(at: At<'admit'>, kind: K): Done[K] | null {
  const { forward, 'back-out': backOut, 'roll-back': rollBack } = at.run.plan.approved.routes
  return factsOf(at.record, [...forward, ...(backOut ?? []), ...(rollBack ?? [])], kind)
}

const passedSoFar = (at: At<'admit'>): number =>
  (facts(at, 'verify')?.passed.length ?? 0) + (facts(at, 'smoke')?.passed.length ?? 0)
