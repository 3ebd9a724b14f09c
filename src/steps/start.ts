import type { StepKind } from './step-kind.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { openDebt, owedService } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Starts as many instances as there were. Whether they are healthy is for `smoke` to see. Somebody who started some by
 * hand meanwhile is asked, not overruled.
 */
export const start: StepKind<'start'> = {
  /** As many as were owed run: done. */
  async resume(at) {
    const { debts } = at.world
    const open = await openDebt(debts, 'service', owedService(at.with.service))
    if (!open) return 'not done'
    const state = await serviceOf(at, at.with.service).method.state()
    if (!state.ok) return failed(state.problem)
    if (state.value.instances !== open.was.instances) return 'not done'
    await debts.settle(open.what)
    return done({ instances: open.was.instances, seconds: 0 })
  },

  async perform(at, answer) {
    const { debts } = at.world
    const { service, method } = serviceOf(at, at.with.service)
    const debt = await openDebt(debts, 'service', owedService(service.name))
    if (!debt) return unneeded('nothing-taken')
    const state = await method.state()
    if (!state.ok) return failed(state.problem)
    const { instances } = state.value
    if (instances === debt.was.instances) {
      await debts.settle(debt.what)
      return unneeded('already-so')
    }
    if (instances > 0 && answer?.choice !== 'go-on')
      return {
        status: 'asks',
        question: {
          code: 'changed-meanwhile',
          what: debt.what,
          expected: `none, or ${instancesOf(debt.was.instances)}`,
          found: instancesOf(instances),
          choices: ['go-on', 'leave'],
        },
      }
    const started = await method.start(debt.was.instances, at.signal)
    if (started.status === 'done') await debts.settle(debt.what)
    return started
  },
}

const instancesOf = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`)
