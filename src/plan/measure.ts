import type { EarlierStep, Measured, RunKind } from '../domain/plan.ts'
import type { Check } from '../domain/finding.ts'
import type { Engine } from '../engines/engine.ts'
import type { Instant } from '../domain/json.ts'
import type { Routes } from '../domain/step.ts'
import { requestsFor, type Runbook } from '../domain/runbook.ts'
import type { Target } from '../adapters/postgres/target.ts'
import { tableSizes } from '../adapters/postgres/catalog.ts'
import { databaseBytes } from '../adapters/postgres/facts.ts'
import { canSeeSessions, listSessions } from '../adapters/postgres/sessions.ts'
import { withSession } from '../adapters/postgres/target.ts'
import type { Result } from '../domain/result.ts'
import { checkAll } from './checks.ts'
import { estimate, secondsOf } from './estimates.ts'
import { blocker, type Environment } from './looked.ts'
import { longestCount, lossInTime } from './loss-in-time.ts'
import { touchedBy, type Reading } from './reading.ts'

export interface Measuring {
  kind: RunKind
  runbook: Runbook
  engine: Engine
  read: Reading
  routes: Routes
  serverVersion: string
  now: Instant
  environment: Environment
  backups: { folder: string }
  earlier: readonly EarlierStep[]
  besides?: readonly Check[]
}

const nothingLost = { dropped: [], violating: [], rows: 0 }

/** What a plan shows and a run looks at again: sizes, sessions, findings, loss, and how long it will take. */
export async function measure(target: Target, about: Measuring): Promise<Result<Measured>> {
  const { kind, runbook, read, routes, now } = about
  const touched = touchedBy(read.prepared)
  return withSession(
    target,
    'measure',
    async ({ client }) => {
      const bytes = await databaseBytes(client)
      const tables = await tableSizes(client, [...new Set([...touched, ...runbook.verification.counts])])
      const sessions = (await canSeeSessions(client)) ? await listSessions(client) : null
      const loss = read.prepared?.down ? await lossInTime(client, read.prepared.down) : nothingLost
      const checks = await checkAll({
        ...about,
        ...read,
        client,
        target,
        touched,
        databaseBytes: bytes,
        sessions,
        loss,
      })
      const counted = tables.filter((each) => runbook.verification.counts.includes(each.table))
      const sizes = {
        databaseBytes: bytes,
        countedRows: counted.reduce((sum, each) => sum + each.rows, 0),
        requests: {
          before: requestsFor(runbook, 'before').length,
          after: requestsFor(runbook, 'after').length,
        },
        prepared: read.prepared,
        checks,
      }
      const estimates = estimate(routes, sizes, about.earlier)
      const timed = kind === 'backup' ? checks : [...checks, windowFits(runbook, routes, estimates)]
      const all = [...timed, ...(about.besides ?? [])]
      return {
        at: now,
        databaseBytes: bytes,
        tables,
        sessions: sessions ?? [],
        checks: all,
        estimates,
        loss,
      }
    },
    { settings: { statementTimeout: longestCount } },
  )
}

/** The window holds its steps and the longer way back; otherwise its deadline comes before it could begin. */
function windowFits(runbook: Runbook, routes: Routes, estimates: Measured['estimates']): Check {
  const forward = secondsOf(
    routes.forward.filter((step) => step.inWindow),
    estimates,
  )
  const back = Math.max(
    secondsOf(routes['back-out'] ?? [], estimates),
    secondsOf(routes['roll-back'] ?? [], estimates),
  )
  const needsSeconds = Math.ceil(forward + back)
  const withinSeconds = runbook.window.within / 1000
  return {
    name: 'Time for the window',
    findings:
      needsSeconds > withinSeconds ? [blocker({ code: 'window-short', needsSeconds, withinSeconds })] : [],
  }
}
