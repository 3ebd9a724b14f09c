import type { At, StepKind } from './step-kind.ts'
import { countRows, readTables, shapeDifferences } from '../adapters/postgres/catalog.ts'
import { listSessions } from '../adapters/postgres/sessions.ts'
import { done, failed, type Outcome } from '../domain/outcome.ts'
import { appliedAsPlanned, appliedNow, historyDifference } from './history.ts'
import { lastAttempt } from '../domain/route.ts'
import { onTarget, patient } from './on-target.ts'
import { unlikeTables } from './shapes.ts'
import { stillAnswers } from './still-answers.ts'

/** The exact state now that nothing moves. Whatever is not as people approved it stops the run here, unchanged. */
export const before: StepKind<'before'> = {
  resume: 'retry',
  async perform(at) {
    const { approved } = at.run.plan
    const answers = await stoppedButUp(at)
    if (answers) return answers
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

/** A service that was stopped and answers again by now. One whose stop somebody passed over answers with their consent. */
async function stoppedButUp(at: At<'before'>): Promise<Outcome<never> | null> {
  for (const step of at.run.plan.approved.routes.forward) {
    if (step.kind !== 'stop' || lastAttempt(at.record, step.id)?.outcome?.status !== 'done') continue
    const answers = await stillAnswers(at, step.with.service, 0)
    if (answers) return answers
  }
  return null
}
