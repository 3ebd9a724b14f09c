import type { StepKind } from './step-kind.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { openDebt, owedService, takeOwed } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Stops a service and waits until it is gone, before the database is closed: its shutdown still needs it. How many
 * instances ran is recorded first, so that as many are started again.
 */
export const stop: StepKind<'stop'> = {
  /** Gone already, and by us: done. Anything still there is stopped again. */
  async resume(at) {
    const open = await openDebt(at.world.debts, 'service', owedService(at.with.service))
    if (!open) return 'not done'
    const state = await serviceOf(at, at.with.service).method.state()
    if (!state.ok) return failed(state.problem)
    return state.value.instances === 0 ? done({ instances: open.was.instances, seconds: 0 }) : 'not done'
  },

  async perform(at) {
    const { service, method } = serviceOf(at, at.with.service)
    const what = owedService(service.name)
    const state = await method.state()
    if (!state.ok) return failed(state.problem)
    if (state.value.instances === 0) {
      const open = await openDebt(at.world.debts, 'service', what)
      return open ? done({ instances: open.was.instances, seconds: 0 }) : unneeded('already-so')
    }
    const debt = await takeOwed(at.world.debts, {
      owes: 'service',
      what,
      was: { instances: state.value.instances },
    })
    const stopped = await method.stop(at.signal, at.progress)
    if (stopped.status !== 'done') return stopped
    return done({ instances: debt.was.instances, seconds: stopped.facts.seconds })
  },
}
