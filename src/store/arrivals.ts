import type { InSlack } from '../domain/delivery.ts'
import type { Queryable } from './transaction.ts'

/** `arrived`: nobody was sure of it. `one`: nobody was sure whether there are two. `two`: there are, and this one goes. */
export type Arrival = 'arrived' | 'one' | 'two' | 'known'

/**
 * Slack told on another way that a message is there, perhaps before its answer. What is unsure is not sent twice; what
 * was sent again and is told of is the only one, since the first would have been told of before, and its mark goes. One
 * that comes to light later is one too many.
 */
export async function recordArrived(tx: Queryable, key: string, sentAs: InSlack): Promise<Arrival> {
  const { rowCount } = await tx.query(
    `update lockkeeper.delivery set sent_as = $2, error = null,
       state = case when state = 'unsure' then 'sent' else state end
     where key = $1 and state in ('sending', 'unsure')`,
    [key, JSON.stringify(sentAs)],
  )
  if (rowCount === 1) return 'arrived'
  const { rows } = await tx.query<{ is: Arrival }>(
    `update lockkeeper.delivery set wanted = wanted + case when twice then 1 else 0 end
     where key = $1 and state = 'sent' and sends = 'message' and attempts > 1
     returning case when sent_as ->> 'ts' <> $2 then 'two' when twice then 'one' else 'known' end as is`,
    [key, sentAs.ts],
  )
  return rows[0]?.is ?? 'known'
}
