import type { Finding } from '../domain/finding.ts'
import { readTables } from '../adapters/postgres/catalog.ts'
import { besides } from './moves.ts'
import { countDemands } from '../engines/noticing/count-demands.ts'
import { neededNow, reachingDeletions } from '../engines/deletions.ts'
import { lossyTables } from '../engines/keeps.ts'
import { longestCount } from './loss-in-time.ts'
import { blocker, note, warning, type Looked } from './looked.ts'

/** What the engine notices about the statements that would run: on this server, with these tables. */
export async function statements({ engine, target, prepared, kind }: Looked): Promise<Finding[]> {
  const moved = kind === 'rollback' ? prepared?.down : prepared?.up
  return moved ? engine.check(target, moved) : []
}

/**
 * Migrations that nobody named. Earlier ones come along, and are in the SQL that is approved. Later ones are other
 * people's, with releases that no runbook of ours takes back: they are rolled back first, by their own. One that was
 * left out before is not in the SQL, and a program of EF's would apply it: it applies all up to its target.
 */
export function others({ kind, history, prepared }: Looked): Finding[] {
  if (kind === 'backup' || !prepared) return []
  const found = besides(kind, history.migrations, { up: prepared.up.move, down: prepared.up.move })
  return found.map((problem) =>
    problem.code === 'also-reverts' || (problem.code === 'history-out-of-order' && prepared.up.program)
      ? blocker(problem)
      : warning(problem),
  )
}

export function wayDown({ prepared, kind }: Pick<Looked, 'prepared' | 'kind'>): Finding[] {
  if (kind !== 'migrate' || !prepared || prepared.down) return []
  const migrations = prepared.up.scripts.map((script) => script.migration)
  return [warning({ code: 'no-rollback', migrations, ...(prepared.noDown && { why: prepared.noDown }) })]
}

/** What a rollback would cost now. Before the migration it costs nothing. */
export function losses({ loss, prepared }: Pick<Looked, 'loss' | 'prepared'>): Finding[] {
  if (loss === null) {
    const tables = prepared?.down ? lossyTables(prepared.down) : []
    return [warning({ code: 'rollback-uncounted', what: tables, longerThan: longestCount / 1000 })]
  }
  const { rows, dropped, violating } = loss
  const tables = dropped.filter((each) => each.rows > 0)
  return [
    ...(rows > 0 && tables.length > 0 ? [warning({ code: 'rollback-loses', rows, tables })] : []),
    ...violating
      .filter((each) => each.rows > 0)
      .map((each) => warning({ code: 'rollback-violates', ...each })),
  ]
}

/** What the way down demands of rows, besides what it drops: as they are now, and as far as it can be counted. */
export async function demands({ client, prepared, kind }: Looked): Promise<Finding[]> {
  if (!prepared?.down) return []
  const { violating, uncounted } = await countDemands(client, prepared.down)
  const level = kind === 'rollback' ? warning : note
  return [
    ...violating.map(({ table, what, rows }) =>
      warning({ code: 'rollback-violates', table, column: what, rows }),
    ),
    ...(uncounted.length > 0 ? [level({ code: 'rollback-uncounted', what: uncounted })] : []),
  ]
}

/** Rows that a rollback would delete while others refer to them: it does nothing then, so it is not begun. */
export async function deletions({ client, prepared, kind, loss }: Looked): Promise<Finding[]> {
  if (!prepared?.down) return []
  const reaching = await reachingDeletions(client, prepared.down)
  const now = kind === 'rollback' && loss ? neededNow(reaching, loss) : []
  return [
    ...now.map((one) => blocker({ code: 'rollback-referenced', ...one })),
    ...reaching
      .filter(({ table }) => now.every((one) => one.table !== table))
      .map((one) => warning({ code: 'rollback-referenced', ...one })),
  ]
}

/** Tables that are to be counted before and after: a wrong name would be found out while users wait. */
export async function countedTables({ client, runbook }: Looked): Promise<Finding[]> {
  const shapes = await readTables(client, runbook.verification.counts)
  const missing = shapes.filter((shape) => !shape.exists).map((shape) => shape.name)
  return missing.length > 0 ? [blocker({ code: 'tables-missing', tables: missing })] : []
}
