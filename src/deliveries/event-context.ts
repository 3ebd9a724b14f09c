import type { Address, PagerAddress } from '../domain/delivery.ts'
import type { RunKind } from '../domain/plan.ts'
import type { Kind } from '../domain/step.ts'
import type { NewDelivery } from '../store/deliveries.ts'

/** What an event leads to. */
export type Planned =
  | { make: NewDelivery }
  /** Messages that show something else by now, if they are there. */
  | { refresh: string[] }
  /** The same, for all whose keys begin so. */
  | { refreshBelow: string }
  | { unpin: string }

/** What is known about an event besides: of its runbook, its run and its step. */
export interface EventContext {
  /** The runbook's. */
  channel: string
  kind: RunKind
  /** Whom the run's questions go to. */
  holder: string | null
  /** Of a rollback: the run that it takes back. */
  takesBack?: string | null
  /** Of `step.ended`. */
  step: Kind | null
  /** Of a plan: the open schedule of its runbook, and who made a plan that has all its approvals. */
  schedule?: string | null
  readyFor?: string | null
  /** Who a notice or a test is for. */
  told: readonly (Address | PagerAddress)[]
}
