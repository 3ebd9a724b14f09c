import { noticesBelow } from '../domain/delivery.ts'
import { dueColumns, isDue, type Due, type MailAddress } from './deliveries.ts'
import type { Queryable } from './transaction.ts'

/** The next letter: what is urgent first, then in the order of what happened. */
export async function dueLetter(tx: Queryable): Promise<Due<MailAddress> | null> {
  const { rows } = await tx.query<Due<MailAddress>>(
    `select ${dueColumns} from lockkeeper.delivery due where ${isDue} and due.lane = 'mail'
     order by due.urgent desc, due.seq limit 1`,
  )
  return rows[0] ?? null
}

/** The Message-ID of the first letter that somebody got for a schedule. */
export async function firstLetter(tx: Queryable, schedule: string, to: MailAddress): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select sent_as ->> 'mail' as id from lockkeeper.delivery
     where to_address = $2 and shows ? 'notice' and starts_with(key, $1) and state = 'sent' order by seq limit 1`,
    [noticesBelow(schedule), JSON.stringify(to)],
  )
  return rows[0]?.id ?? null
}
