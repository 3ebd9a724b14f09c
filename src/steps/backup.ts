import type { At, StepKind } from './step-kind.ts'
import { removeDump } from '../adapters/backup-file.ts'
import { readDump, takeDump } from '../adapters/dump.ts'
import { done } from '../domain/outcome.ts'
import { cancelled } from './cancelled.ts'

/**
 * A dump that was read again in full, recorded, and then as many old ones removed as the runbook does not keep. An old
 * one that cannot be removed stays in the list, and is tried again with the next backup.
 */
export const backup: StepKind<'backup'> = {
  /** Recorded and still whole: done. */
  async resume(at) {
    const mine = (await at.world.backups.list()).find((one) => one.backup === nameOf(at))
    if (!mine) return 'not done'
    const read = await readDump(mine.path, mine.sha256, { signal: at.signal })
    if (!read.ok) return at.signal.aborted ? cancelled(at) : 'not done'
    const { madeAt: _, ...facts } = mine
    await retain(at)
    return done(facts)
  },

  async perform(at) {
    const { plan } = at.run
    const taken = await takeDump(at.world.target.address, {
      folder: at.world.backups.folder,
      name: nameOf(at),
      applicationName: at.world.target.applicationName,
      expected: at.world.target.expected,
      estimateBytes: plan.measured.databaseBytes,
      environment: at.world.environment,
      signal: at.signal,
      progress: at.progress,
    })
    if (taken.status !== 'done') return taken
    await at.world.backups.record(taken.facts)
    await retain(at)
    return taken
  },
}

/** Of this attempt alone: a run that dumps again leaves nothing of the first attempt in the way. */
const nameOf = (at: At<'backup'>): string => `${at.run.plan.approved.runbook.name}-${at.run.id}-${at.attempt}`

async function retain(at: At<'backup'>): Promise<void> {
  const { keep } = at.run.plan.approved.runbook.backup
  for (const old of (await at.world.backups.list()).slice(keep)) {
    const removed = await removeDump(old.path)
    if (removed.ok) await at.world.backups.forget(old.backup)
  }
}
