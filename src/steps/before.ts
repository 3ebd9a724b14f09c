import type { StepKind } from './step-kind.ts'
import { countRows, readTables, shapeDifferences } from '../adapters/postgres/catalog.ts'
import { listSessions } from '../adapters/postgres/sessions.ts'
import { done, failed } from '../domain/outcome.ts'
import { appliedAsPlanned, appliedNow, historyDifference } from './history.ts'
import { onTarget, patient } from './on-target.ts'
import { unlikeTables } from './shapes.ts'

/** The exact state now that nothing moves. Whatever is not as people approved it stops the run here, unchanged. */
export const before: StepKind<'before'> = {
  resume: 'retry',
  async perform(at) {
    const { approved } = at.run.plan
    const applied = await appliedNow(at)
    if (applied.status !== 'done') return applied
    const unlike = historyDifference(appliedAsPlanned(at), applied.facts)
    if (unlike) return failed({ code: 'history-unlike', ...unlike })
    return onTarget(
      at,
      async ({ client }) => {
        const sessions = await listSessions(client)
        if (sessions.length > 0) return failed({ code: 'sessions-came-back', sessions })
        const names = approved.schema.map((table) => table.name)
        const tables = await readTables(client, names)
        const differs = shapeDifferences(approved.schema, tables)
        if (differs.length > 0)
          return failed({ code: 'schema-unlike', tables: unlikeTables(approved.schema, tables), differs })
        const counts = await countRows(client, approved.runbook.verification.counts)
        return done({ counts, tables, lastMigration: applied.facts.at(-1) ?? null })
      },
      patient(at),
    )
  },
}
