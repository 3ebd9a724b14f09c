import type { Baseline } from '../domain/baseline.ts'
import { healthName } from '../domain/baseline.ts'
import { requestsFor, type Runbook } from '../domain/runbook.ts'
import { checkRequests } from '../adapters/http.ts'
import { makeService } from '../adapters/services/make.ts'
import type { Environment } from './looked.ts'

/**
 * Asks the release that is up before a migration what the smoke test asks after it: the health of each service that runs,
 * once, then the functional requests. Null: no service runs, so there is nothing to ask.
 */
export async function askBaseline(
  runbook: Runbook,
  environment: Environment,
  signal: AbortSignal,
): Promise<Baseline | null> {
  const at = new Date().toISOString()
  const health: Baseline = []
  for (const service of runbook.services) {
    const method = makeService(service, runbook.folder, environment)
    const state = await method.state()
    if (!state.ok || state.value.instances === 0) continue
    const { status, saw, isOwn } = await method.answering(signal)
    const check = { name: healthName(service.name), expected: '200', passed: status === 200, saw, at }
    health.push(isOwn === false ? { ...check, isOwn } : check)
  }
  if (health.length === 0) return null
  const requests = requestsFor(runbook, 'before')
  const { failed } = await checkRequests(requests, environment, signal)
  return [
    ...health,
    ...requests.map(({ name, expect }) => {
      const fault = failed.find((one) => one.name === name)
      const expected = String(expect.status)
      return fault ? { ...fault, passed: false, at } : { name, expected, passed: true, saw: expected, at }
    }),
  ]
}
