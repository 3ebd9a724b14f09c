import { rm } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'
import { appendAudit } from '../adapters/audit-file.ts'
import type { KeepConfig } from '../config-keep.ts'
import {
  auditLine,
  expiredEvents,
  expiredPlans,
  expiredRuns,
  expiredSchedules,
  remove,
  removeOldMessages,
  removeOldReachTests,
  type Removable,
} from '../store/retention.ts'
import { transaction } from '../store/transaction.ts'

/** What one transaction removes at most: the lines of a run may be megabytes. */
const batch = 20

/** How many times a batch is taken before the next hour: a store that was never cleaned is cleaned over some hours. */
const batchesAtMost = 50

export interface Retention {
  keep: KeepConfig
  /** Where each run has a folder, named as the run. */
  runsFolder: string
}

/** How many of each were removed. */
export type Removed = Record<Removable | 'message', number>

/**
 * Removes what is older than the configuration keeps: first it is written to the audit file, then it is removed, in one
 * transaction that no other replica works on. A line whose transaction failed after it was written is there twice.
 * Throws when the audit file cannot be written; nothing more is removed then.
 */
export async function removeExpired(
  pool: pg.Pool,
  { keep, runsFolder }: Retention,
  now = new Date(),
): Promise<Removed> {
  const removed: Removed = { run: 0, plan: 0, schedule: 0, event: 0, message: 0 }
  const removeAll = async (what: Removable, expired: typeof expiredRuns, days: number): Promise<void> => {
    for (let i = 0; i < batchesAtMost; i++) {
      const gone = await removeBatch(pool, { what, expired, days, audit: keep.audit, now })
      removed[what] += gone.length
      if (what === 'run')
        for (const run of gone) await rm(path.join(runsFolder, run), { recursive: true, force: true })
      if (gone.length < batch) return
    }
  }
  // Runs before plans: a plan expires when its last run has gone.
  await removeAll('run', expiredRuns, keep.runs)
  await removeAll('plan', expiredPlans, keep.plans)
  await removeAll('schedule', expiredSchedules, keep.runs)
  await removeAll('event', expiredEvents, keep.runs)
  removed.message = await removeOldMessages(pool, keep.messages)
  await removeOldReachTests(pool, keep.runs)
  return removed
}

function removeBatch(
  pool: pg.Pool,
  given: { what: Removable; expired: typeof expiredRuns; days: number; audit: string; now: Date },
): Promise<string[]> {
  const { what, expired, days, audit, now } = given
  return transaction(pool, async (tx) => {
    const ids = await expired(tx, days, batch)
    for (const id of ids) {
      const line = await auditLine(tx, what, id)
      if (line) await appendAudit(audit, [line], now)
      await remove(tx, what, id)
    }
    return ids
  })
}
