import type pg from 'pg'
import type { AccessChange, RecordedRules } from '../domain/access-rules.ts'
import type { Account } from '../domain/account.ts'
import { sha256OfJson } from '../domain/digest.ts'
import { recordEvent } from '../store/events.ts'

/** Tells everybody that somebody typed with another configuration or runbook; once for each of these. */
export async function sayRefused(
  pool: pg.Pool,
  { file, changes }: { file: string; changes: AccessChange[] },
  account: Account,
  { version }: RecordedRules,
): Promise<void> {
  await recordEvent(pool, {
    by: { person: account.user, via: 'terminal', account },
    run: null,
    plan: null,
    key: `access/${version}/refused/${sha256OfJson({ account, changes })}`,
    body: { is: 'access.refused', version, file, changes },
  })
}
