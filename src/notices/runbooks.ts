import type pg from 'pg'
import { readRunbook } from '../domain/runbook-read.ts'
import { sha256OfJson } from '../domain/digest.ts'
import type { Runbooks } from '../runbook/load.ts'
import { recordChannels } from '../store/access-rules.ts'
import { recordRunbooks } from '../store/runbooks-read.ts'

/** Records what a bot reads, at the first call and when people edited it: terminals go by the same runbooks. */
export function makeRunbookRecorder(pool: pg.Pool, runbooks: Runbooks, host: string): () => Promise<void> {
  let recorded: string | null = null
  return async () => {
    const { runbooks: usable } = await runbooks.all()
    const read = await Promise.all(
      usable.map(async (runbook) => readRunbook(runbook, await runbooks.fileOf(runbook))),
    )
    const digest = sha256OfJson(read)
    if (digest === recorded) return
    await recordRunbooks(pool, read, host)
    await recordChannels(pool, [...new Set(usable.map(({ channel }) => channel))])
    recorded = digest
  }
}
