import type { At, StepKind } from './step-kind.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { openDebt, owedService } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Starts as many instances as there were. Whether they are healthy is for `smoke` to see. Somebody who started some by
 * hand meanwhile is asked, not overruled. What was told to end and is still there is no start: it is waited out first.
 */
export const start: StepKind<'start'> = {
  /** As many as were owed run: done. */
  async resume(at) {
    const { debts } = at.world
    const open = await openDebt(debts, 'service', owedService(at.with.service))
    if (!open) return 'not done'
    const state = await serviceOf(at, at.with.service).method.state()
    if (!state.ok) return failed(state.problem)
    if (state.value.instances !== open.was.instances || isEnding(at)) return 'not done'
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
    const ending = instances > 0 && isEnding(at)
    if (ending) {
      const ended = await method.stop(at.signal, at.progress)
      if (ended.status !== 'done') return ended
    } else if (instances === debt.was.instances) {
      await debts.settle(debt.what)
      return unneeded('already-so')
    } else if (instances > 0 && answer?.choice !== 'go-on')
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

/** Whether a stop of it was begun and did not come to its end: then it may have its signal, and end whenever it likes. */
function isEnding({ record, run, with: { service } }: At<'start'>): boolean {
  const stops = Object.values(run.plan.approved.routes)
    .flatMap((way) => way ?? [])
    .filter((step) => step.kind === 'stop' && step.with.service === service)
    .map(({ id }) => id)
  const last = record.findLast(({ step }) => stops.includes(step))
  return last !== undefined && last.outcome?.status !== 'done' && last.outcome?.status !== 'unneeded'
}

const instancesOf = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`)
