import type { StepKind } from './step-kind.ts'
import { checkRequests, waitHealthy } from '../adapters/http.ts'
import { requestsFor } from '../domain/runbook.ts'
import { done, failed, unneeded } from '../domain/outcome.ts'
import { owedService } from './owed.ts'
import { serviceOf } from './services.ts'

/**
 * Health of every service that was stopped, then the functional requests of the release that is up, before users are
 * let in. A service that did not run before is not looked at: it is not started either. One that has ended is started
 * again when a person says retry.
 */
export const smoke: StepKind<'smoke'> = {
  resume: 'retry',
  async perform(at, answer) {
    const { runbook } = at.run.plan.approved
    const { services } = runbook
    const functional = requestsFor(runbook, at.with.as)
    const debts = await at.world.debts.all()
    const restarted = services.flatMap((service) => {
      const debt = debts.find((one) => one.what === owedService(service.name) && one.takenAt !== null)
      return debt?.owes === 'service' ? [{ service, instances: debt.was.instances }] : []
    })
    if (restarted.length === 0) return unneeded('nothing-taken')
    const began = performance.now()
    const passed: { name: string; milliseconds: number }[] = []
    for (const { service, instances } of restarted) {
      const { method } = serviceOf(at, service.name)
      const hasEnded = async () => {
        const state = await method.state()
        return state.ok && state.value.instances === 0
      }
      if (answer?.choice === 'retry' && (await hasEnded())) {
        const started = await method.start(instances, at.signal)
        if (started.status !== 'done') return started
      }
      const healthy = await waitHealthy(service, at.signal, at.progress, at.world.environment, hasEnded)
      if (!healthy.ok) return failed(healthy.problem)
      passed.push({ name: `Health of ${service.name}`, milliseconds: healthy.value.milliseconds })
    }
    at.progress({ done: 0, of: functional.length, unit: 'requests', at: null })
    const checked = await checkRequests(functional, at.world.environment, at.signal)
    passed.push(...checked.passed)
    if (checked.failed.length > 0)
      return failed({ code: 'functional-failed', failed: checked.failed, passed: passed.length })
    return done({ passed, seconds: (performance.now() - began) / 1000 })
  },
}
