import type { Instant } from '../domain/json.ts'
import type { Measured, Plan } from '../domain/plan.ts'
import type { Difference } from '../domain/problem.ts'
import type { Identity } from '../domain/identity.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { Target } from '../adapters/postgres/target.ts'
import type { EarlierSteps } from './estimates.ts'

export interface RemeasureInput {
  now: Instant
  environment: Readonly<Record<string, string | undefined>>
  backups: { folder: string }
  earlier: EarlierSteps
  ours: Identity | null
  /** The runbook as its file has it now, to notice a change; without it, the file is not looked at. */
  runbook?: Runbook
  /** The run's own target, so that its sessions are not counted as somebody's; without it, one is made. */
  target?: Target
}

export async function remeasure(
  _plan: Plan,
  _input: RemeasureInput,
): Promise<Result<{ measured: Measured; differs: Difference[] }>> {
  throw new Error('not yet')
}
