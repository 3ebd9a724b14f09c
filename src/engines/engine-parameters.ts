import type { TargetAddress } from '../adapters/postgres/target-address.ts'
import type { PlannedHistory } from '../domain/script.ts'

/** What surrounds an engine in this process. */
export interface Place {
  /** Absolute, of the runbook: relative paths in it start there. */
  folder: string
  address: TargetAddress
  /** The role that the statements run as; without it, that of the address. */
  owner?: string | undefined
  environment: Readonly<Record<string, string | undefined>>
  /** Absolute. Keeps what is built for plans. */
  builds: string
  /** As it was approved; null while a plan is made, and then it is found. */
  history: PlannedHistory | null
}
