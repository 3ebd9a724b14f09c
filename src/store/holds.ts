import type { Instant } from '../domain/json.ts'
import { instant, type Queryable } from './transaction.ts'

/** Somebody has the run: until then nobody else is pinged for it, and questions go to them. */
export async function holdFor(tx: Queryable, run: string, person: string, ms: number): Promise<Instant> {
  const { rows } = await tx.query<{ until: Instant }>(
    `update lockkeeper.run set held_until = now() + $3 * interval '1 ms', held_by = $2, held_since = now()
     where id = $1 returning ${instant('held_until')} as until`,
    [run, person, ms],
  )
  return rows[0]?.until ?? ''
}

/** Something changed: whoever has the run has it for as long again. */
export async function renewHold(tx: Queryable, run: string, ms: number): Promise<void> {
  await tx.query(
    `update lockkeeper.run set held_until = now() + $2 * interval '1 ms' where id = $1 and held_until is not null`,
    [run, ms],
  )
}

/** Others are pinged again. Questions still go to who had it. */
export async function endHold(tx: Queryable, run: string): Promise<void> {
  await tx.query('update lockkeeper.run set held_until = null where id = $1', [run])
}
