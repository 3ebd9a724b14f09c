import type { Done } from '../domain/step.ts'
import { instant, type Queryable } from './transaction.ts'

export type StoredBackup = Done['backup'] & { madeAt: string; runbook: string; target: string }

/** A backup that was proven readable. A resume records it once. */
export async function insertBackup(
  tx: Queryable,
  target: string,
  runbook: string,
  run: string,
  backup: Done['backup'],
): Promise<void> {
  await tx.query(
    'insert into lockkeeper.backup (id, target, runbook, run, body) values ($1, $2, $3, $4, $5) on conflict (id) do nothing',
    [backup.backup, target, runbook, run, JSON.stringify(backup)],
  )
}

/** Newest first; those whose file retention removed are left out. */
export async function backupsOf(
  tx: Queryable,
  filter: { target?: string; runbook?: string },
): Promise<StoredBackup[]> {
  const { rows } = await tx.query<{ body: Done['backup']; made_at: string; runbook: string; target: string }>(
    `select body, ${instant('made_at')} as made_at, runbook, target from lockkeeper.backup
     where forgotten_at is null and ($1::text is null or target = $1) and ($2::text is null or runbook = $2) order by backup.made_at desc`,
    [filter.target ?? null, filter.runbook ?? null],
  )
  return rows.map((row) => ({ ...row.body, madeAt: row.made_at, runbook: row.runbook, target: row.target }))
}

export async function forgetBackup(tx: Queryable, id: string): Promise<void> {
  await tx.query('update lockkeeper.backup set forgotten_at = now() where id = $1', [id])
}
