import type { Engine } from '../engines/engine.ts'
import type { Outputs } from '../adapters/output.ts'
import type { Target } from '../adapters/postgres/target.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import type { Answer } from '../domain/question.ts'
import type { Attempt, Run } from '../domain/run.ts'
import type { Debt, Owed } from '../domain/debt.ts'
import type { Done, Kind, Parameters, Progress, Step } from '../domain/step.ts'
import type { Outcome } from '../domain/outcome.ts'

/** What a step does, and what a resume of it does. The plan holds the data, these hold the code. */
export interface StepKind<K extends Kind> {
  /**
   * After a process died in it. `retry`: perform it again. `ask`: a person decides. A function reconciles: it looks at
   * the world first, and says what it found, or `not done`.
   */
  resume: 'retry' | 'ask' | ((at: At<K>) => Promise<Outcome<Done[K]> | 'not done'>)
  perform(at: At<K>, answer: Answer | null): Promise<Outcome<Done[K]>>
}

/** A missing kind does not compile. */
export type StepKinds = { readonly [K in Kind]: StepKind<K> }

/** Where a step stands when it is performed. */
export interface At<K extends Kind> {
  step: Extract<Step, { kind: K }>
  with: Parameters[K]
  attempt: number
  run: Run
  /** What happened in this run so far, this attempt included. */
  record: readonly Attempt[]
  world: World
  signal: AbortSignal
  /** Takes what a program writes that the step starts; all of it is kept in the folder of the run. */
  output: Outputs['of']
  progress: (progress: Progress) => void
}

/** The world as one run may touch it. */
export interface World {
  target: Target
  /** The session that holds the run's claim on the target, from `claim` on; it is taken again on resume before any step. */
  claim(): TargetSession | null
  /** Takes the claim (identity, advisory lock, fence), or says why not. Idempotent in one process. */
  takeClaim(): Promise<Outcome<Done['claim']>>
  engine: Engine
  /** Where what is built for plans is kept. */
  builds: string
  environment: Readonly<Record<string, string | undefined>>
  debts: Debts
  backups: Backups
  /** A folder of this run's own, for the break-glass card and logs. */
  folder: string
  /** How Lockkeeper is called on this host. */
  command: string
}

/** What this run's target is owed. Each call is a transaction of its own, durable before it returns. */
export interface Debts {
  /** What will be taken, as it is now. Nothing changes while it is taken; given back, it can be taken once more. */
  plan(owed: Owed): Promise<void>
  /** Right before the effect. */
  take(what: string): Promise<void>
  /** Right after the undo. */
  settle(what: string): Promise<void>
  /** Taken and not settled, whichever run took them. */
  open(): Promise<Debt[]>
  all(): Promise<Debt[]>
}

export interface Backups {
  /** Absolute folder for dumps. */
  folder: string
  record(backup: Done['backup']): Promise<void>
  /** Newest first, of this target. */
  list(): Promise<(Done['backup'] & { madeAt: string })[]>
  /** A backup that its file was removed for (retention). */
  forget(backup: string): Promise<void>
}

/** The facts of the last attempt of a step that is done, by kind. */
export function factsOf<K extends Kind>(
  record: readonly Attempt[],
  steps: readonly Step[],
  kind: K,
): Done[K] | null {
  const ids = new Set(steps.filter((step) => step.kind === kind).map((step) => step.id))
  const last = record.filter((a) => ids.has(a.step) && a.outcome?.status === 'done').at(-1)
  return last?.outcome?.status === 'done' ? (last.outcome.facts as Done[K]) : null
}
