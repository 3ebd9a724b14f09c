import type { Answer } from '../domain/question.ts'
import type { Attempt } from '../domain/run.ts'
import type { Service } from '../domain/runbook.ts'
import type { At, StepKind } from './step-kind.ts'
import { isHealthy } from '../adapters/http.ts'
import type { Answering } from '../adapters/services/answering.ts'
import type { Debt } from '../domain/debt.ts'
import type { Done } from '../domain/step.ts'
import type { ServiceMethod } from '../adapters/services/service.ts'
import { isUp } from '../adapters/services/answering.ts'
import { done, failed, unneeded, type Outcome } from '../domain/outcome.ts'
import { lastAttempt, presentRoute, stepsOf } from '../domain/route.ts'
import { openDebt, owedService } from './owed.ts'
import { serviceOf, withHealth } from './services.ts'
import { isShared, lookAt, pidsOf } from './still-answers.ts'

/**
 * Starts as many instances as there were, where nobody else answers at the health URL: an old process would pass for the
 * new one. Whether they are healthy is for `smoke` to see. Somebody who started some by
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
    if (
      ending &&
      isAccepted(at, answer) &&
      instances === debt.was.instances &&
      (await isServing(at, service))
    ) {
      await debts.settle(debt.what)
      return done({ instances, seconds: 0 })
    }
    if (ending) {
      const ended = await withHealth(await method.stop(at.signal, at.progress), service, at)
      if (ended.status !== 'done') return ended
    } else if (instances > 0) {
      const odd =
        instances === debt.was.instances
          ? isOlderThanRelease(at, await method.running())
          : instancesOf(instances)
      if (odd !== null && answer?.choice !== 'go-on')
        return changed(debt, `none, or ${instancesOf(debt.was.instances)}`, odd)
      await debts.settle(debt.what)
      return unneeded('already-so')
    }
    const before = await lookAt(at, service.name)
    if (isUp(before) && !(await isShared(at, service.name))) {
      if (answer?.choice !== 'go-on')
        return changed(debt, `nobody at ${service.health.url}`, whoAnswers(before))
      await debts.settle(debt.what)
      return unneeded('already-so')
    }
    const started = await method.start(debt.was.instances, at.signal)
    if (started.status !== 'done') return started
    await debts.settle(debt.what)
    return before.status === null ? done({ ...started.facts, alone: true }) : started
  },
}

const changed = ({ what }: Debt, expected: string, found: string): Outcome<never> => ({
  status: 'asks',
  question: { code: 'changed-meanwhile', what, expected, found, choices: ['retry', 'go-on', 'leave'] },
})

const whoAnswers = ({ saw, listeners }: Answering): string => {
  const pids = pidsOf(listeners)
  return `${saw}${pids.length > 0 ? ` of PID ${pids.join(', ')}` : ''}`
}

/** Milliseconds that the clocks of the store and of this host may be apart. */
const clockSlack = 2000

/** What somebody else started before its release was in place runs the other release. Null: it is newer, or ours. */
function isOlderThanRelease(
  { record, run, with: { service } }: At<'start'>,
  running: Awaited<ReturnType<ServiceMethod['running']>>,
): string | null {
  const { routes } = run.plan.approved
  const releases = stepsOf(routes, presentRoute(record)).filter(
    (step) => step.kind === 'release' && step.with.service === service,
  )
  const last = releases[0] && lastAttempt(record, releases[0].id)
  if (!running || running.ours || last?.outcome?.status !== 'done' || !last.endedAt) return null
  const { version, deployed } = last.outcome.facts as Done['release']
  const isOlder = deployed && running.beganAt + clockSlack < Date.parse(last.endedAt)
  return isOlder ? `PID ${running.pid}, which began before ${version} was in place` : null
}

/** Whether a stop of it was begun and did not come to its end: then it may have its signal, and end whenever it likes. */
function isEnding(at: At<'start'>): boolean {
  const last = lastStop(at)
  return last !== undefined && last.outcome?.status !== 'done' && last.outcome?.status !== 'unneeded'
}

/** Whether somebody chose to keep it running, here or where it was to stop. */
const isAccepted = (at: At<'start'>, answer: Answer | null): boolean =>
  answer?.choice === 'accept' || lastStop(at)?.answer?.choice === 'accept'

function lastStop({ record, run, with: { service } }: At<'start'>): Attempt | undefined {
  const stops = Object.values(run.plan.approved.routes)
    .flatMap((way) => way ?? [])
    .filter((step) => step.kind === 'stop' && step.with.service === service)
    .map(({ id }) => id)
  return record.findLast(({ step }) => stops.includes(step))
}

const isServing = (at: At<'start'>, service: Service): Promise<boolean> =>
  isHealthy(service, at.signal, at.world.environment)

const instancesOf = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`)
