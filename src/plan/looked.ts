import type pg from 'pg'
import type { Engine } from '../engines/engine.ts'
import type { Finding } from '../domain/finding.ts'
import type { Instant } from '../domain/json.ts'
import type { Plan, RunKind } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { Session } from '../domain/session.ts'
import type { Target } from '../adapters/postgres/target.ts'
import type { Reading } from './reading.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** What a check may look at: one session of the target, and what is known already. */
export interface Looked extends Reading {
  client: pg.Client
  target: Target
  engine: Engine
  kind: RunKind
  runbook: Runbook
  serverVersion: string
  /** Tables that the SQL names and that exist or will. */
  touched: string[]
  databaseBytes: number
  /** Null: this role may not see what others do. */
  sessions: Session[] | null
  loss: Plan['measured']['loss']
  environment: Environment
  backups: { folder: string }
  now: Instant
}

export const blocker = (problem: Problem): Finding => ({ level: 'blocker', problem })
export const warning = (problem: Problem): Finding => ({ level: 'warning', problem })
export const note = (problem: Problem): Finding => ({ level: 'note', problem })
