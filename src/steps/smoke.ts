import type { At, StepKind } from './step-kind.ts'
import type { Baseline, Before } from '../domain/baseline.ts'
import type { Done } from '../domain/step.ts'
import type { ServiceMethod } from '../adapters/services/service.ts'
import type { Problem } from '../domain/problem.ts'
import { checkRequests, waitHealthy } from '../adapters/http.ts'
import { requestsFor, type Service } from '../domain/runbook.ts'
import { failsAsBefore, healthName } from '../domain/baseline.ts'
import { done, failed, unneeded, type Outcome } from '../domain/outcome.ts'
import { presentRoute, stepsOf } from '../domain/route.ts'
import { pause } from './cancelled.ts'
import { owedService } from './owed.ts'
import { serviceOf } from './services.ts'
import { factsOf } from './step-kind.ts'
import { pidsOf } from './still-answers.ts'

/**
 * Health of every service that was stopped, then the functional requests of the release that is up, before users are
 * let in. A service that did not run before is not looked at: it is not started either. One that has ended is started
 * again when a person says retry. What fails is told with what it was before the window; on a way back, which makes
 * everything as it was, a check that fails in the same way as before is passed over.
 */
export const smoke: StepKind<'smoke'> = {
  resume: 'retry',
  async perform(at, answer) {
    const { runbook, routes } = at.run.plan.approved
    const functional = requestsFor(runbook, at.with.as)
    const debts = await at.world.debts.all()
    const restarted = runbook.services.flatMap((service) => {
      const debt = debts.find((one) => one.what === owedService(service.name) && one.takenAt !== null)
      return debt?.owes === 'service' ? [{ service, instances: debt.was.instances }] : []
    })
    if (restarted.length === 0) return unneeded('nothing-taken')
    const began = performance.now()
    const baseline = factsOf(at.record, routes.forward, 'baseline')?.checks ?? []
    const goesBack = presentRoute(at.record) !== 'forward'
    const passed: Done['smoke']['passed'] = []
    const asBefore: NonNullable<Done['smoke']['asBefore']> = []
    const processes: Record<string, string> = {}
    for (const { service, instances } of restarted) {
      const name = healthName(service.name)
      const healthy = await untilHealthy(at, service, instances, {
        startsAgain: answer?.choice === 'retry',
        wasOwn: baseline.find((check) => check.name === name)?.isOwn !== false,
      })
      if (healthy.status === 'done') {
        passed.push({ name, milliseconds: healthy.facts.milliseconds })
        const process = await serviceOf(at, service.name).method.process()
        if (process !== null) processes[service.name] = process
        continue
      }
      if (healthy.status !== 'failed' || healthy.problem.code !== 'unhealthy') return healthy
      const problem = { ...healthy.problem, ...beforeOf(baseline, name) }
      if (!goesBack || !failsAsBefore(problem)) return failed(problem)
      asBefore.push({ name, saw: problem.saw, ...beforeOf(baseline, name) })
    }
    at.progress({ done: 0, of: functional.length, unit: 'requests', at: null })
    const checked = await checkRequests(functional, at.world.environment, at.signal)
    passed.push(...checked.passed)
    const failing = checked.failed.map((fault) => ({ ...fault, ...beforeOf(baseline, fault.name) }))
    if (failing.length > 0 && !(goesBack && failing.every(failsAsBefore)))
      return failed({ code: 'functional-failed', failed: failing, passed: passed.length })
    asBefore.push(...failing.map(({ name, saw, before }) => ({ name, saw, ...(before && { before }) })))
    const seconds = (performance.now() - began) / 1000
    return done({ passed, ...(asBefore.length > 0 && { asBefore }), seconds, processes })
  },
}

async function untilHealthy(
  at: At<'smoke'>,
  service: Service,
  instances: number,
  { startsAgain, wasOwn }: { startsAgain: boolean; wasOwn: boolean },
): Promise<Outcome<{ milliseconds: number }>> {
  const { method } = serviceOf(at, service.name)
  const hasEnded = async () => {
    const state = await method.state()
    return state.ok && state.value.instances === 0
  }
  if (startsAgain && (await hasEnded())) {
    const started = await method.start(instances, at.signal)
    if (started.status !== 'done') return started
  }
  const healthy = await waitHealthy(service, at.signal, at.progress, at.world.environment, hasEnded)
  if (!healthy.ok) return failed(healthy.problem)
  const other = await whoElse(at, service, wasOwn)
  return other ? failed(other) : done(healthy.value)
}

/** Whether it is another process, or another release, that is healthy. Null: it is the one that was started, or nobody can tell. */
async function whoElse(at: At<'smoke'>, service: Service, wasOwn: boolean): Promise<Problem | null> {
  const { method } = serviceOf(at, service.name)
  const { health, release, name } = service
  const look = await method.answering(at.signal)
  const where = { service: name, url: health.url }
  if (look.release !== null && look.release !== at.with.as && release) {
    const named = look.release === 'another' ? null : release[look.release].version
    return { code: 'service-other-release', ...where, expects: release[at.with.as].version, release: named }
  }
  const steps = stepsOf(at.run.plan.approved.routes, presentRoute(at.record))
  const start = steps.filter((step) => step.kind === 'start' && step.with.service === name)
  const started = factsOf(at.record, start, 'start')
  const own = await runningSoon(at, method)
  const isOther = own === null ? started !== null : wasOwn && started?.alone === true && look.isOwn === false
  return isOther
    ? { code: 'service-other-answers', ...where, pids: pidsOf(look.listeners), own: own?.pid ?? null }
    : null
}

/** Milliseconds. A service that goes on under another PID is seen nowhere for a moment. */
const longestGap = 2000

async function runningSoon(
  { signal }: At<'smoke'>,
  method: ServiceMethod,
): Promise<Awaited<ReturnType<ServiceMethod['running']>>> {
  const until = performance.now() + longestGap
  for (;;) {
    const own = await method.running()
    if (own || performance.now() >= until || !(await pause(50, signal))) return own
  }
}

/** What a check was before the window; nothing where it was not asked then. */
function beforeOf(baseline: Baseline, name: string): { before?: Before } {
  const asked = baseline.find((check) => check.name === name)
  return asked ? { before: { passed: asked.passed, saw: asked.saw, at: asked.at } } : {}
}
