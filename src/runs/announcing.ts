import type pg from 'pg'
import { addressee, type Address } from '../domain/delivery.ts'
import type { About, Notice } from '../domain/notice.ts'
import type { Schedule } from '../domain/schedule.ts'
import { recordEvent } from '../store/events.ts'
import { insertNotice, noticesOf, recordNotice } from '../store/notices.ts'
import { timeOf } from '../store/transaction.ts'

/** Everybody who was told anything of a schedule, once. */
export function toldSoFar(notices: readonly Pick<Notice, 'to'>[]): Address[] {
  return [...new Map(notices.flatMap(({ to }) => to).map((to) => [addressee(to), to])).values()]
}

/** Places of the runbook's notices that anybody was told. */
export const placesTold = (notices: readonly Pick<Notice, 'to' | 'place'>[]): number[] =>
  notices.flatMap(({ to, place }) => (to.length > 0 ? (place ?? []) : []))

/**
 * What has changed is told at once to everybody who was told something else of a schedule (this one, if no other is
 * given), but those in `knowing`. Nobody was: then nobody is. In the runbook's words for it, if there are any for all;
 * in ours where nobody knows whether the change was made: the runbook's say that it was not.
 */
export async function announce(
  tx: pg.PoolClient,
  schedule: Schedule,
  about: About,
  knowing: ReadonlySet<string> = new Set(),
  toldOf: Pick<Schedule, 'id'> = schedule,
): Promise<void> {
  const to = toldSoFar(await noticesOf(tx, toldOf.id)).filter((each) => !knowing.has(addressee(each)))
  if (to.length === 0) return
  const isUnsure = about.is === 'unchanged' && about.unsure === true
  const place = schedule.runbook.notices.findIndex(
    ({ at, to: audiences }) => at === about.is && !audiences.length && !isUnsure,
  )
  const notice = await insertNotice(tx, schedule.id, {
    place: place < 0 ? null : place,
    about,
    window: schedule.window,
    dueAt: await timeOf(tx),
  })
  await makeNotice(tx, notice, { to, untold: [] })
}

/** The mark that it is made, and the event that its messages come from, in one transaction. */
export async function makeNotice(
  tx: pg.PoolClient,
  notice: Pick<Notice, 'id' | 'schedule'>,
  told: { to: readonly Address[]; untold: readonly string[] },
): Promise<void> {
  await recordNotice(tx, notice.id, told)
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: null,
    plan: null,
    key: `notice/${notice.id}`,
    body: { is: 'notice.made', schedule: notice.schedule, notice: notice.id },
  })
}
