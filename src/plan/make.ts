import type { Check } from '../domain/finding.ts'
import type { Approved, EarlierStep, Plan, RunKind } from '../domain/plan.ts'
import type { Identity } from '../domain/identity.ts'
import type { Instant } from '../domain/json.ts'
import type { Runbook } from '../domain/runbook.ts'
import { makeTarget, withSession, type Target } from '../adapters/postgres/target.ts'
import { targetAddress, type TargetAddress } from '../adapters/postgres/target-address.ts'
import type { Engine } from '../engines/engine.ts'
import { makeEngine } from '../engines/make.ts'
import { targetKey } from '../domain/identity.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { digestOf } from '../domain/digest.ts'
import { neededFromMigrate } from './estimates.ts'
import type { Environment } from './looked.ts'
import { measure } from './measure.ts'
import { nothingToMove, readMigration } from './reading.ts'
import { routesFor } from './routes.ts'

export interface PlanInput {
  runbook: Runbook
  kind: RunKind
  /** See `planId`. */
  id: string
  author: string
  now: Instant
  environment: Environment
  backups: { folder: string }
  /** Where what is built for plans is kept. */
  builds: string
  /** How long steps took in earlier runs on this target. */
  earlier: readonly EarlierStep[]
  /** The bot's own database, which is never a target; null where its server cannot be asked. */
  ours: Identity | null
  /** What was looked at elsewhere than on the target. */
  besides?: readonly Check[]
  /** A rollback: the run that it takes back, and what was approved for it. */
  of?: { run: string; approved: Approved }
  /** A rollback: rows that somebody accepted to lose. */
  accepted?: number
}

/**
 * Reads the target once, and says what a run would do. Nothing is changed, and no guess is made: what cannot be read is a
 * problem instead of a plan. What was found out is in the plan's checks, blockers too.
 */
export async function makePlan(input: PlanInput): Promise<Result<Plan>> {
  const { runbook, id, environment } = input
  const address = targetAddress(runbook.target.url, runbook.target.database, environment)
  if (!address.ok) return address
  const server = await whoAnswers(address.value, id, input.ours)
  if (!server.ok) return server
  const target = makeTarget(address.value, applicationNameOf(id), server.value.identity)
  const history = input.of?.approved.history ?? null
  const engine = makeEngine(runbook, { address: address.value, environment, builds: input.builds, history })
  try {
    return await readPlan(input, target, engine, server.value)
  } finally {
    await engine.close()
  }
}

async function readPlan(
  input: PlanInput,
  target: Target,
  engine: Engine,
  { identity, serverVersion }: { identity: Identity; serverVersion: string },
): Promise<Result<Plan>> {
  const { runbook, kind, id, now } = input
  const read =
    kind === 'backup'
      ? ok(nothingToMove)
      : await readMigration(engine, target, {
          kind,
          migration: runbook.migration,
          took: input.of?.approved ?? null,
        })
  if (!read.ok) return read

  const accepted = kind === 'rollback' ? (input.accepted ?? 0) : null
  const routesWith = (needsSeconds: number) =>
    routesFor(runbook, kind, { hasDown: read.value.prepared?.down != null, accepted, needsSeconds })
  const measured = await measure(target, {
    ...input,
    engine,
    read: read.value,
    routes: routesWith(0),
    serverVersion,
  })
  if (!measured.ok) return measured
  const routes = routesWith(neededFromMigrate(routesWith(0), measured.value.estimates, kind))
  const approved: Approved = { runbook, identity, serverVersion, ...read.value, routes, accepted }
  return ok({
    id,
    kind,
    approved,
    digest: digestOf(approved),
    measured: measured.value,
    author: input.author,
    madeAt: now,
    of: input.of?.run ?? null,
  })
}

/** How sessions of a plan are called on the server; a run's bear the run's id. */
export const applicationNameOf = (id: string): string => `lockkeeper:${id}`

async function whoAnswers(
  address: TargetAddress,
  id: string,
  ours: Identity | null,
): Promise<Result<{ identity: Identity; serverVersion: string }>> {
  const asked = await withSession(
    makeTarget(address, applicationNameOf(id), null),
    'identify',
    async (session) => session,
  )
  if (!asked.ok) return asked
  if (ours && targetKey(ours) === targetKey(asked.value.identity))
    return failure({ code: 'target-is-ours', database: address.database, host: address.host })
  return asked
}
