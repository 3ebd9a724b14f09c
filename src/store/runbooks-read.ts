import type { ReadRunbook, RecordedRunbook } from '../domain/runbook-read.ts'
import { instant, type Queryable } from './transaction.ts'

/** What a bot reads from now on. */
export async function recordRunbooks(
  tx: Queryable,
  read: readonly ReadRunbook[],
  host: string,
): Promise<void> {
  await tx.query(
    `with gone as (delete from lockkeeper.runbook_read where not name = any($2))
     insert into lockkeeper.runbook_read (name, file, sections, host)
       select name, file, sections, $3 from jsonb_to_recordset($1) as read (name text, file text, sections jsonb)
     on conflict (name) do update
       set file = excluded.file, sections = excluded.sections, host = excluded.host, read_at = now()`,
    [JSON.stringify(read), read.map(({ name }) => name), host],
  )
}

/** What a bot read last under this name. Null: no bot has such a runbook. */
export async function recordedRunbook(tx: Queryable, name: string): Promise<RecordedRunbook | null> {
  const { rows } = await tx.query<RecordedRunbook>(
    `select name, file, sections, host, ${instant('read_at')} as at from lockkeeper.runbook_read where name = $1`,
    [name],
  )
  return rows[0] ?? null
}
