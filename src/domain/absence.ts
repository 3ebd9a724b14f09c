import type { Instant } from './json.ts'

/** Why somebody whom a runbook names is not, or no longer, one of ours. */
export type Gone = 'deleted' | 'stranger' | 'guest' | 'bot' | 'other-workspace'

/** A contact whose notifications are paused at a time. */
export interface Paused {
  contact: string
  person: string
  from: Instant
  until: Instant
}
