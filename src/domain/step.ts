import type { Instant } from './json.ts'
import type { EndedSession } from './session.ts'
import type { TableShape } from './schema.ts'
import type { Baseline, Before } from './baseline.ts'
import type { Identity } from './identity.ts'
import type { Move } from './script.ts'
import type { Check } from './finding.ts'
import type { RolesMissing } from './roles-missing.ts'

/** What each kind of step is given by the plan. */
export interface Parameters {
  backup: Record<never, never>
  check: Record<never, never>
  claim: Record<never, never>
  card: Record<never, never>
  baseline: Record<never, never>
  stop: { service: string }
  close: Record<never, never>
  drain: { seconds: number }
  before: Record<never, never>
  deadline: { needsSeconds: number }
  /** `accepted`: rows that a rollback after admit may lose; counted again under lock. Null before admit: nothing can be lost. */
  migrate: { direction: 'up' | 'down'; accepted: number | null }
  /** Whether the database is now as after the migration, or as before it. */
  verify: { as: 'after' | 'before' }
  open: Record<never, never>
  release: { service: string; to: 'before' | 'after' }
  start: { service: string }
  /** The release that is up. */
  smoke: { as: 'before' | 'after' }
  admit: { holds: boolean }
}

/** What each kind of step found and did, when it is done. */
export interface Done {
  backup: {
    backup: string
    path: string
    bytes: number
    databaseBytes: number
    tables: number
    sha256: string
    lsn: string
    seconds: number
    /** Why roles and tablespaces are not beside it; null: they are. Older releases did not record it. */
    rolesMissing?: RolesMissing | null
  }
  check: { checks: Check[]; at: Instant }
  claim: { identity: Identity; fenced: number }
  /** `down`: the down migration as psql runs it by hand. */
  card: { file: string; commands: { what: string; command: string }[]; down?: string }
  baseline: { checks: Baseline }
  stop: { instances: number; seconds: number }
  close: { rolesKeptOut: string[]; stillEnter: string[] }
  drain: {
    seconds: number
    left: number
    ended: EndedSession[]
    endedBy: string | null
  }
  before: { counts: TableCount[]; tables: TableShape[]; lastMigration: string | null }
  deadline: { deadline: Instant; spareSeconds: number }
  migrate: {
    move: Move
    /**
     * In the order in which they ran; of a program, the migrations. `locks`: those of tables that one took and no earlier
     * one had, stronger than a reader's.
     */
    statements: { line: number; command: string; milliseconds: number; locks: string[] }[]
    /** What applied it instead of its scripts. */
    by: 'scripts' | 'bundle' | 'tool'
    attempts: number
    seconds: number
    /** The end of the write-ahead log after the commit. */
    lsn: string
    /** Rows kept in a table of the target's own before Down dropped them. */
    saved: { table: string; rows: number }[]
    /** True when a resume found it committed. */
    reconciled: boolean
    /** A program that failed after its last commit: how it ended, and its own sentence where that may be shown. */
    ended?: { exitCode: number | null; signal: string | null; says: string | null }
  }
  verify: { passed: { check: string; found: string }[]; seconds: number }
  open: { roles: string[] }
  /** `output`: the last lines of what its command wrote. */
  release: { version: string; deployed: boolean; output?: string }
  /** `alone`: nobody listened at its health URL before, so whoever answers there is the one that was started. */
  start: { instances: number; seconds: number; alone?: true }
  /**
   * `processes`: what answered, by service, where it is one process.
   * `asBefore`: on a way back, what fails in the same way as before the window.
   */
  smoke: {
    passed: { name: string; milliseconds: number }[]
    asBefore?: { name: string; saw: string; before?: Before }[]
    seconds: number
    processes?: Record<string, string>
  }
  admit: { settled: string[] }
}

export type TableCount = { table: string; rows: number }

export type Kind = keyof Parameters

/** A part of a run with one effect. A plan holds these as data; `steps/kinds.ts` holds what they do. */
export type Step<K extends Kind = Kind> = {
  [P in K]: { id: string; kind: P; with: Parameters[P]; inWindow: boolean }
}[K]

/** The ways through a run. It begins on `forward`; the answer at a gate moves it to one of the others. */
export type Route = 'forward' | 'back-out' | 'roll-back'
export type Routes = { forward: Step[] } & { [R in Exclude<Route, 'forward'>]: Step[] | null }

/** How far a long step is. One row a step, overwritten. */
export interface Progress {
  done: number
  /** Null where nobody knows. */
  of: number | null
  unit: 'bytes' | 'sessions' | 'attempts' | 'statements' | 'migrations' | 'seconds' | 'requests'
  /** What it is at now, e.g. a file or a statement's command. Never row data. */
  at: string | null
}
