import type { At, StepKind } from './step-kind.ts'
import type { Done } from '../domain/step.ts'
import { done, failed, unneeded, type Outcome } from '../domain/outcome.ts'
import { openDebt, owedService, takeOwed } from './owed.ts'
import { serviceOf, withHealth } from './services.ts'
import { stillAnswers } from './still-answers.ts'

/**
 * Stops a service and waits until it is gone, before the database is closed: its shutdown still needs it. How many
 * instances ran is recorded first, so that as many are started again. Gone is what answers no more, and stays so: a
 * supervisor may start it again.
 */
export const stop: StepKind<'stop'> = {
  /** Gone already, and by us: done. Anything still there is stopped again. */
  async resume(at) {
    const open = await openDebt(at.world.debts, 'service', owedService(at.with.service))
    if (!open) return 'not done'
    const state = await serviceOf(at, at.with.service).method.state()
    if (!state.ok) return failed(state.problem)
    return state.value.instances === 0 ? ended(at, open.was.instances, 0, 0) : 'not done'
  },

  async perform(at) {
    const { service, method } = serviceOf(at, at.with.service)
    const what = owedService(service.name)
    const state = await method.state()
    if (!state.ok) return failed(state.problem)
    if (state.value.instances === 0) {
      const open = await openDebt(at.world.debts, 'service', what)
      if (open) return ended(at, open.was.instances, 0, 0)
      return (await stillAnswers(at, service.name, 0)) ?? unneeded('already-so')
    }
    // A plan of an earlier release has no `watch`.
    const watch = (await method.running())?.ours ? 0 : ((service.stop.watch as number | undefined) ?? 0)
    const process = await method.process()
    const debt = await takeOwed(at.world.debts, {
      owes: 'service',
      what,
      was: { instances: state.value.instances, ...(process !== null && { process }) },
    })
    const stopped = await withHealth(await method.stop(at.signal, at.progress), service, at)
    if (stopped.status !== 'done') return stopped
    return ended(at, debt.was.instances, stopped.facts.seconds, watch)
  },
}

async function ended(
  at: At<'stop'>,
  instances: number,
  seconds: number,
  watch: number,
): Promise<Outcome<Done['stop']>> {
  return (await stillAnswers(at, at.with.service, watch)) ?? done({ instances, seconds })
}
