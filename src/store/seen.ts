import type { Queryable } from './transaction.ts'

/**
 * Notes that something arrived, by Slack's id of it. False: it had arrived before, so nothing is done again. Ids are
 * kept for a day; Slack's signatures are refused after five minutes.
 */
export async function isFirst(tx: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `with forgotten as (delete from lockkeeper.seen where at < now() - interval '1 day')
     insert into lockkeeper.seen (id) values ($1) on conflict (id) do nothing`,
    [id],
  )
  return rowCount === 1
}
