import path from 'node:path'
import type { At, StepKind } from './step-kind.ts'
import { dumpFile, removeBegun, removeDump, removeLeftovers } from '../adapters/backup-file.ts'
import { readDump, takeDump } from '../adapters/dump.ts'
import { done, failed } from '../domain/outcome.ts'
import { cancelled } from './cancelled.ts'

/**
 * A dump that was read again in full, recorded, and then as many old ones removed as the runbook does not keep. An old
 * one that cannot be removed stays in the list, and is tried again with the next backup.
 */
export const backup: StepKind<'backup'> = {
  /** What earlier lives had begun goes. Recorded and still whole: done. Otherwise a new one is taken. */
  async resume(at) {
    const { backups } = at.world
    const earlier = namesUpTo(at, livesOf(at) - 1)
    for (const name of earlier) await removeBegun(backups.folder, name)
    const recorded = (await backups.list()).find((one) => earlier.includes(one.backup))
    if (recorded) {
      const { madeAt: _, ...facts } = recorded
      const read = await readDump(facts.path, facts.sha256, {
        signal: at.signal,
        onLine: at.output('pg_restore').line,
        environment: at.world.environment,
      })
      if (read.ok) {
        await retain(at)
        return done(facts)
      }
      if (at.signal.aborted) return cancelled(at)
      if (read.problem.code !== 'backup-unreadable') return failed(read.problem)
      await backups.forget(facts.backup)
    }
    for (const name of earlier) await removeDump(path.join(backups.folder, name, dumpFile))
    return 'not done'
  },

  async perform(at) {
    const taken = await takeDump(at.world.target.address, {
      folder: at.world.backups.folder,
      name: namesUpTo(at, livesOf(at)).at(-1)!,
      applicationName: at.world.target.applicationName,
      expected: at.world.target.expected,
      estimateBytes: await likelyBytes(at),
      environment: at.world.environment,
      signal: at.signal,
      output: at.output,
      progress: at.progress,
    })
    if (taken.status !== 'done') return taken
    await at.world.backups.record(taken.facts)
    await retain(at)
    return taken
  },
}

/** A name for each life of an attempt: what is recorded under one is never another file. */
function namesUpTo(at: At<'backup'>, lives: number): string[] {
  const first = `${at.run.plan.approved.runbook.name}-${at.run.id}-${at.attempt}`
  return Array.from({ length: lives }, (_, life) => (life === 0 ? first : `${first}-${life + 1}`))
}

const livesOf = (at: At<'backup'>): number =>
  at.record.findLast((a) => a.step === at.step.id && a.attempt === at.attempt)?.lives ?? 1

/**
 * By how large the last backup was beside its database, and a tenth more: a bar that is full too early says nothing. Null
 * for the first one.
 */
async function likelyBytes(at: At<'backup'>): Promise<number | null> {
  const [last] = await at.world.backups.list()
  if (!last || last.databaseBytes === 0) return null
  return Math.round((1.1 * last.bytes * at.run.plan.measured.databaseBytes) / last.databaseBytes)
}

async function retain(at: At<'backup'>): Promise<void> {
  const { keep } = at.run.plan.approved.runbook.backup
  // Of a life that was killed: its tools may have been dying still when this one began.
  await removeLeftovers(at.world.backups.folder)
  for (const old of (await at.world.backups.list()).slice(keep)) {
    const removed = await removeDump(old.path)
    if (removed.ok) await at.world.backups.forget(old.backup)
  }
}
