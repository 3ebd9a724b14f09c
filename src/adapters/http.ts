import type { HttpRequest, Service } from '../domain/runbook.ts'
import type { Progress } from '../domain/step.ts'
import type { Result } from '../domain/result.ts'

export interface Checked {
  passed: { name: string; milliseconds: number }[]
  failed: { name: string; expected: string; saw: string }[]
}

export async function checkRequests(
  _requests: readonly HttpRequest[],
  _environment: Readonly<Record<string, string | undefined>>,
  _signal: AbortSignal,
): Promise<Checked> {
  throw new Error('not yet')
}

export async function waitHealthy(
  _service: Pick<Service, 'name' | 'health'>,
  _signal: AbortSignal,
  _progress: (progress: Progress) => void,
): Promise<Result<{ milliseconds: number; attempts: number }>> {
  throw new Error('not yet')
}
