import type { Identity } from '../domain/identity.ts'
import type { Instant } from '../domain/json.ts'
import type { Plan, RunKind } from '../domain/plan.ts'
import type { Move } from '../domain/script.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { EarlierSteps } from './estimates.ts'

export interface PlanInput {
  runbook: Runbook
  kind: RunKind
  /** See `planId`. */
  id: string
  author: string
  now: Instant
  environment: Readonly<Record<string, string | undefined>>
  backups: { folder: string }
  /** How long steps took in earlier runs on this target. */
  earlier: EarlierSteps
  /** The bot's own database, which is never a target; null where its server cannot be asked. */
  ours: Identity | null
  /** A rollback: the run that it takes back, and the way up that this run went. */
  of?: { run: string; move: Move }
  /** A rollback: rows that somebody accepted to lose. */
  accepted?: number
}

export async function makePlan(_input: PlanInput): Promise<Result<Plan>> {
  throw new Error('not yet')
}
