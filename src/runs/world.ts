import path from 'node:path'
import type pg from 'pg'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Debts, Backups, StepKinds, World } from '../steps/step-kind.ts'
import type { LookAt } from '../steps/looks.ts'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { Run } from '../domain/run.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { Done } from '../domain/step.ts'
import { claimTarget } from '../adapters/postgres/claim.ts'
import { fence } from '../adapters/postgres/fence.ts'
import { makeTarget } from '../adapters/postgres/target.ts'
import { targetAddress } from '../adapters/postgres/target-address.ts'
import type { TargetSession } from '../adapters/postgres/target-session.ts'
import { makeEngine } from '../engines/make.ts'
import type { Redact } from '../redaction/redactor.ts'
import type { Secrets } from '../runbook/secrets.ts'
import { backupsOf, forgetBackup, insertBackup } from '../store/backups.ts'
import { debtsOf, openDebts, planDebt, settleDebt, takeDebt } from '../store/debts.ts'
import { done, failed } from '../domain/outcome.ts'
import { buildsFolder, runsFolder } from './folders.ts'

/** What a process needs to drive runs. */
export interface Surroundings {
  pool: pg.Pool
  /** What each kind of step does. */
  kinds: StepKinds
  /** Looks whether the cause of an open question is gone. Absent: nobody looks. */
  look?: LookAt
  config: Config
  environment: Readonly<Record<string, string | undefined>>
  /** Stands between what steps say and the store. */
  secrets: Secrets
  log: Log
}

/** A run's world in this process, with the claim that it may hold. */
export interface RunWorld extends World {
  redact: Redact
  close(): Promise<void>
}

export const applicationName = (run: string): string => `lockkeeper:${run}`

/**
 * Joins a run with its target, its engine and its records. `lost` is called when the claim's connection breaks: from
 * then on another bot may hold the target, so whatever is under way must stop.
 */
export function openWorld(
  { pool, config, environment, secrets }: Surroundings,
  run: Run,
  lost: (problem: Problem<'session-lost'>) => void,
): Result<RunWorld> {
  const { approved } = run.plan
  const address = targetAddress(approved.runbook.target.url, approved.runbook.target.database, environment)
  if (!address.ok) return address
  const target = makeTarget(address.value, applicationName(run.id), approved.identity)
  let session: TargetSession | null = null

  async function takeClaim(): Promise<Outcome<Done['claim']>> {
    const held = session && (await fencedAgain(session))
    if (held) return held
    const claimed = await claimTarget(target)
    if (!claimed.ok) return failed(claimed.problem)
    const mine = claimed.value.session
    session = mine
    void mine.lost.then(({ code }) => {
      if (session === mine) session = null
      lost({ code: 'session-lost', host: target.address.host, during: 'claim', errno: code })
    })
    return done({ identity: mine.identity, fenced: claimed.value.fenced })
  }

  return {
    ok: true,
    value: {
      target,
      claim: () => session,
      takeClaim,
      engine: makeEngine(approved.runbook, {
        address: address.value,
        environment,
        builds: buildsFolder(config),
        history: approved.history,
      }),
      builds: buildsFolder(config),
      environment,
      debts: debtsOfRun(pool, run),
      backups: backupsOfRun(pool, config.backups, run),
      folder: path.join(runsFolder(config), run.id),
      command: config.command,
      redact: secrets.redact,
      async close() {
        const held = session
        session = null
        await held?.end()
      },
    },
  }
}

/** A step before may have left a session that still works. Null: the claim's connection has broken. */
async function fencedAgain({ client, identity }: TargetSession): Promise<Outcome<Done['claim']> | null> {
  try {
    const fenced = await fence(client)
    return fenced.ok ? done({ identity, fenced: fenced.value.fenced }) : failed(fenced.problem)
  } catch {
    return null
  }
}

function debtsOfRun(pool: pg.Pool, run: Run): Debts {
  return {
    plan: (owed) => planDebt(pool, run.target, run.id, owed),
    take: (what) => takeDebt(pool, run.target, run.id, what),
    settle: (what) => settleDebt(pool, run.target, what),
    open: () => openDebts(pool, run.target),
    all: () => debtsOf(pool, run.target, run.id),
  }
}

function backupsOfRun(pool: pg.Pool, folder: string, run: Run): Backups {
  return {
    folder,
    record: (backup) => insertBackup(pool, run.target, run.plan.approved.runbook.name, run.id, backup),
    list: () => backupsOf(pool, { target: run.target }),
    forget: (backup) => forgetBackup(pool, backup),
  }
}
