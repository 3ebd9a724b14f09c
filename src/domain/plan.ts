import type { Check } from './finding.ts'
import type { DownFault } from './problem-noticed.ts'
import type { Identity } from './identity.ts'
import type { Instant } from './json.ts'
import type { Runbook } from './runbook.ts'
import type { TableShape } from './schema.ts'
import type { Move, PlannedHistory, Prepared } from './script.ts'
import type { Session } from './session.ts'
import type { Routes } from './step.ts'

export type RunKind = 'migrate' | 'rollback' | 'backup'

/** What a run would do: what people approve, and what was measured when they did. */
export interface Plan {
  /** Four capital letters or digits that nobody mixes up, e.g. `7F3A`. */
  id: string
  kind: RunKind
  approved: Approved
  /** SHA-256 over `approved` as canonical JSON. */
  digest: string
  measured: Measured
  author: string
  madeAt: Instant
  /** The run that a rollback after admit takes back. */
  of: string | null
}

/** A plan without its scripts, which may be megabytes: of each only its parts are counted. Every plan is one. */
export interface PlanOutline extends Omit<Plan, 'approved'> {
  approved: Omit<Approved, 'prepared'> & { prepared: { up?: Parts; down?: Parts | null } | null }
}

interface Parts {
  scripts: { units: unknown[] }[]
}

/** Immutable. A run uses this and never reads the runbook's file again. */
export interface Approved {
  runbook: Runbook
  identity: Identity
  serverVersion: string
  /** Null for a backup alone. */
  prepared: { up: Prepared; down: Prepared | null; noDown?: DownFault } | null
  history: PlannedHistory
  /** The tables that the migration names, as they must still be when it runs. */
  schema: TableShape[]
  routes: Routes
  /** A rollback after admit: the number of rows that somebody accepted to lose. */
  accepted: number | null
}

/** Taken again at the start of a run. */
export interface Measured {
  at: Instant
  databaseBytes: number
  tables: { table: string; rows: number; bytes: number }[]
  sessions: Session[]
  checks: Check[]
  estimates: Estimate[]
  /** Rows that a rollback would lose or not bring back, per column. Null: that took too long to count. */
  loss: Loss | null
}

export interface Estimate {
  step: string
  seconds: number
  from: 'earlier run' | 'size' | 'guess'
}

/** What a step of a finished run took, named as on the way that a run begins on; the migration's with what it moved. */
export interface EarlierStep {
  step: string
  move: Move | null
  seconds: number
}

export interface Loss {
  /** Rows whose value in a column that Down drops differs from what the migration gave it. */
  dropped: { table: string; column: string; rows: number }[]
  /** Rows that violate what Down restores, e.g. NULL in a column that becomes NOT NULL again. */
  violating: { table: string; column: string; rows: number }[]
  /** Distinct rows over all of these. */
  rows: number
}

/** How sure the plan's time is: seconds that users are out. */
export const windowSeconds = (plan: Pick<PlanOutline, 'approved' | 'measured'>): number => {
  const inWindow = new Set(
    plan.approved.routes.forward.filter((step) => step.inWindow).map((step) => step.id),
  )
  return plan.measured.estimates.filter((e) => inWindow.has(e.step)).reduce((sum, e) => sum + e.seconds, 0)
}

/** What a plan expects of everything before users are out, in seconds: the backup above all. */
export const preparationSeconds = (plan: Pick<PlanOutline, 'approved' | 'measured'>): number =>
  plan.measured.estimates.reduce((sum, e) => sum + e.seconds, 0) - windowSeconds(plan)

/** Findings that keep a plan from being run. */
export const countBlockers = ({ measured }: Pick<Plan, 'measured'>): number =>
  measured.checks.flatMap((check) => check.findings).filter(({ level }) => level === 'blocker').length

/** Milliseconds that a plan and its approvals hold. One that nobody ran by then is made again: the world has moved on. */
export const plansHold = 24 * 3_600_000

export const expiresAt = (plan: Pick<Plan, 'madeAt'>): Instant =>
  new Date(Date.parse(plan.madeAt) + plansHold).toISOString()

/** Whether a plan and its approvals hold no longer. */
export const hasExpired = (plan: Pick<Plan, 'madeAt'>): boolean => Date.parse(expiresAt(plan)) < Date.now()
