import type { Kind } from '../domain/step.ts'
import type { Service } from '../domain/runbook.ts'
import type { ServiceMethod } from '../adapters/services/service.ts'
import type { At } from './step-kind.ts'
import type { Outcome } from '../domain/outcome.ts'
import { isHealthy } from '../adapters/http.ts'
import { makeService } from '../adapters/services/make.ts'

/** A service of the approved runbook, and how it is stopped and started. A plan names only services of its runbook. */
export function serviceOf(
  at: Pick<At<Kind>, 'run' | 'world'>,
  name: string,
): { service: Service; method: ServiceMethod } {
  const { runbook } = at.run.plan.approved
  const service = runbook.services.find((s) => s.name === name)
  if (!service) throw new Error(`${runbook.name} has no service ${name}`)
  return { service, method: makeService(service, runbook.folder, at.world.environment) }
}

/** How a stop ended; of a service that did not stop it is told whether it is healthy: then it may be kept running. */
export async function withHealth<F>(
  stopped: Outcome<F>,
  service: Service,
  at: Pick<At<Kind>, 'world' | 'signal'>,
): Promise<Outcome<F>> {
  if (stopped.status !== 'failed' || stopped.problem.code !== 'service-will-not-stop') return stopped
  const healthy = await isHealthy(service, at.signal, at.world.environment)
  return { ...stopped, problem: { ...stopped.problem, healthy } }
}
