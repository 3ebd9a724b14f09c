import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { claimTarget } from '../../src/adapters/postgres/claim.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import { openOutputs } from '../../src/adapters/output.ts'
import { targetAddress } from '../../src/adapters/postgres/target-address.ts'
import type { TargetSession } from '../../src/adapters/postgres/target-session.ts'
import type { Debt } from '../../src/domain/debt.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Choice } from '../../src/domain/choice.ts'
import type { Answer } from '../../src/domain/question.ts'
import type { RunKind } from '../../src/domain/plan.ts'
import type { Json } from '../../src/domain/json.ts'
import type { Attempt, Run } from '../../src/domain/run.ts'
import type { SessionMark } from '../../src/domain/session.ts'
import { targetKey } from '../../src/domain/identity.ts'
import { done } from '../../src/domain/outcome.ts'
import type { Done, Kind, Progress, Routes, Step } from '../../src/domain/step.ts'
import { kinds } from '../../src/steps/kinds.ts'
import type { At, StepKind, World } from '../../src/steps/step-kind.ts'
import { makeHrms, type Hrms } from './hrms.ts'
import { barePlan, engineOf, hrmsPlan, migrate, valueOf } from './plan.ts'
import { backupsInMemory, debtsInMemory } from './records.ts'

/** One run of the example, performed step by step by a test instead of by a worker. */
export interface Scene extends Hrms {
  run: Run
  world: World
  record: Attempt[]
  debts: Debt[]
  progress: Progress[]
  /** Performs a step as the first life of an attempt would, and records how it ended. */
  perform<K extends Kind>(step: Step<K>, options?: Performing): Promise<Outcome<Done[K]>>
  /** The process died in an attempt that was begun: what the next one does. Begins one where none is under way. */
  resume<K extends Kind>(step: Step<K>, options?: Performing): Promise<Outcome<Done[K]>>
  /** Answers what the last attempt of a step asked. */
  answer(step: Step, choice: Choice, given?: Json): void
  /** Ticks sessions that were shown, to be ended. */
  tick(step: Step, sessions: readonly SessionMark[]): void
  end(): Promise<void>
}

export interface Performing {
  signal?: AbortSignal
}

export interface Given {
  kind?: RunKind
  change?: (written: any) => void
  routes?: Routes
  /** With the migration's scripts, history and tables: what the steps around migrate need. */
  prepared?: boolean
  /** Migrated before the plan is made, as it is when a rollback is planned. */
  migrated?: boolean
}

let runs = 0

/** The example's plan on a database of its own, made without measuring anything. */
export async function makeScene({
  kind = 'migrate',
  change,
  routes,
  prepared = false,
  migrated = false,
}: Given = {}): Promise<Scene> {
  const hrms = await makeHrms(change)
  const { runbook, environment, folder } = hrms
  const id = `STEP-${process.pid}-${++runs}`
  const address = valueOf(targetAddress(runbook.target.url, runbook.target.database, environment))
  if (migrated) await migrate(hrms)
  const plan = await (prepared ? hrmsPlan(hrms, kind, routes) : barePlan(hrms, kind, routes))
  const target = makeTarget(address, `lockkeeper:${id}`, plan.approved.identity)
  const run: Run = {
    id,
    plan,
    target: targetKey(plan.approved.identity),
    startedBy: 'U_ASHA',
    holder: 'U_ASHA',
    heldSince: null,
    heldUntil: null,
    notBefore: null,
    startedAt: new Date().toISOString(),
    windowBegan: null,
    deadline: new Date(Date.now() + runbook.window.within).toISOString(),
    cancelBy: null,
    endedAt: null,
    ending: null,
    version: 1,
  }
  let session: TargetSession | null = null
  const debts: Scene['debts'] = []
  const world: World = {
    target,
    claim: () => session,
    async takeClaim() {
      if (session) return done({ identity: session.identity, fenced: 0 })
      const claimed = await claimTarget(target)
      if (!claimed.ok) return { status: 'failed', problem: claimed.problem }
      session = claimed.value.session
      return done({ identity: session.identity, fenced: claimed.value.fenced })
    },
    engine: engineOf(hrms, plan.approved.history),
    builds: path.join(folder, 'builds'),
    environment,
    debts: debtsInMemory(debts, run),
    backups: backupsInMemory(path.join(folder, 'backups')),
    folder: path.join(folder, 'run'),
    command: 'lockkeeper',
  }
  await mkdir(world.folder, { recursive: true })
  const record: Attempt[] = []
  const progress: Progress[] = []

  async function attempt<K extends Kind>(
    of: Step<K>,
    lives: number,
    { signal = new AbortController().signal }: Performing,
  ): Promise<Outcome<Done[K]>> {
    const before = record.findLast((a) => a.step === of.id)
    const number = before?.outcome ? before.attempt + 1 : (before?.attempt ?? 1)
    const present: Attempt =
      before && !before.outcome
        ? before
        : {
            step: of.id,
            attempt: number,
            lives: 0,
            beganAt: now(),
            endedAt: null,
            outcome: null,
            answer: null,
            progress: null,
          }
    if (present !== before) record.push(present)
    present.lives += lives
    const answer = record.findLast((a) => a.step === of.id && a.attempt === number - 1)?.answer ?? null
    const outputs = openOutputs(world.folder, `${of.kind}-${number}`, (text) => text)
    const at = {
      step: of,
      with: of.with,
      attempt: number,
      run,
      record,
      world,
      signal,
      output: outputs.of,
      progress: (p: Progress) => void progress.push(p),
    } as unknown as At<K>
    const performed = await performAs(kinds[of.kind] as unknown as StepKind<K>, at, answer, present.lives)
    await outputs.close()
    present.outcome = JSON.parse(JSON.stringify(performed)) as Outcome
    present.endedAt = now()
    return present.outcome as Outcome<Done[K]>
  }

  function answer(of: Step, choice: Choice, given?: Json): void {
    const last = record.findLast((a) => a.step === of.id)
    if (!last) throw new Error(`${of.id} was never begun`)
    last.answer = { choice, by: 'U_ASHA', via: 'slack', ...(given === undefined ? {} : { with: given }) }
  }

  return {
    ...hrms,
    run,
    world,
    record,
    debts,
    progress,
    perform: (of, options = {}) => attempt(of, 1, options),
    resume: (of, options = {}) => attempt(of, 2, options),
    answer,
    tick(of, sessions) {
      answer(of, 'terminate', {
        sessions: sessions.map(({ pid, backendStart, xactStart }) => ({ pid, backendStart, xactStart })),
      })
    },
    async end() {
      await session?.end()
      await hrms.end()
    },
  }
}

/** As the worker does: a second life looks first, where its kind says so. */
async function performAs<K extends Kind>(
  kind: StepKind<K>,
  at: At<K>,
  answer: Answer | null,
  lives: number,
): Promise<Outcome<Done[K]>> {
  if (lives > 1 && typeof kind.resume === 'function') {
    const found = await kind.resume(at)
    if (found !== 'not done') return found
  }
  return kind.perform(at, answer)
}

const now = (): string => new Date().toISOString()
