import type pg from 'pg'
import type { Address, Channel, ResolvedAddress, Sent, SentAs } from '../domain/delivery.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import {
  beginDelivery,
  recordLater,
  recordPinned,
  recordRefused,
  recordSent,
  recordShown,
  stateShown,
  type DueDelivery,
  type StaleDelivery,
} from '../store/deliveries.ts'
import { marked, twiceWords } from '../views/marks.ts'
import type { Pace } from './pace.ts'
import type { Render } from './render.ts'

/** How one message went, for the pace of the next ones. */
export type Result =
  | { reached: true }
  /** Slack answered that it is too much in this place. */
  | { reached: true; busyUntil: number }
  | { away: string; until: number }
  | { skipped: true }

export interface SenderOptions {
  pool: pg.Pool
  channel: Channel
  render: Render
  log: Log
  pace: Pick<Pace, 'late' | 'doubt' | 'away'>
}

export interface Sender {
  send: (due: DueDelivery) => Promise<Result>
  refresh: (stale: StaleDelivery) => Promise<Result>
}

/** Tries that a message has whose drawing fails: that is a bug, and may be one of the moment. */
const drawings = 8

/** Sends and edits single messages: the mark before, what came of it after. */
export function makeSender({ pool, channel, render, log, pace }: SenderOptions): Sender {
  const drawn = async (key: string, shows: DueDelivery['shows']): Promise<View | null | 'not now'> => {
    try {
      return await render(shows)
    } catch (error) {
      log.error({ err: error, key }, 'a message could not be drawn')
      return 'not now'
    }
  }

  const later = (attempts: number): string =>
    new Date(Date.now() + Math.min(pace.away.most, pace.away.first * 2 ** attempts)).toISOString()

  /** Null: it is recorded already, there is nothing to send. */
  const send = async (due: DueDelivery): Promise<Result> => {
    const { key } = due
    const begun = await beginDelivery(pool, key)
    if (!begun) return { skipped: true }
    const shown = { wanted: begun.wanted, state: await stateShown(pool, due.shows) }
    const view = await drawn(key, due.shows)
    if (view === 'not now') {
      if (due.attempts < drawings)
        await recordLater(pool, key, later(due.attempts), due.unsure ? 'unsure' : 'due', 'bug')
      else await recordRefused(pool, key, 'bug')
      return { skipped: true }
    }
    const sent = view && (await sentTo(due, view))
    if (!sent) {
      await recordRefused(pool, key, 'nothing_to_show')
      return { skipped: true }
    }
    return record(due, sent, shown)
  }

  /** Null: there is nothing to send. */
  const sentTo = async (due: DueDelivery, view: View): Promise<Sent | null> => {
    if ('mail' in due.to) return { refused: 'no_mail' }
    const to = resolved(due.to, due.thread)
    if (due.sends === 'message')
      return channel.post(to, marked(view, marksOf(due), new Date().toISOString()), due.key)
    if (!view.files?.length) return null
    const uploaded = await channel.upload(to, view.files, due.unsure ? twiceWords : undefined)
    return 'lacks' in uploaded ? { refused: 'lacks' } : uploaded
  }

  const marksOf = ({ shows, madeAt, unsure }: DueDelivery) => ({
    twice: unsure,
    // What shows the present says itself when it was written.
    ...(!('run' in shows || 'plan' in shows) &&
      Date.now() - Date.parse(madeAt) > pace.late && { from: madeAt }),
  })

  const record = async (
    due: DueDelivery,
    sent: Sent,
    shown: { wanted: number; state: string | null },
  ): Promise<Result> => {
    const { key } = due
    if ('sent' in sent) {
      const { pin } = await recordSent(pool, key, sent.sent, shown)
      if (pin) await recordPinned(pool, key, await channel.pin(sent.sent, true))
      return { reached: true }
    }
    if ('refused' in sent) {
      await recordRefused(pool, key, sent.refused)
      log.warn({ key, to: due.to, error: sent.refused }, 'Slack refused a message')
      return { reached: true }
    }
    if ('unsure' in sent) {
      await recordLater(pool, key, new Date(Date.now() + pace.doubt).toISOString(), 'unsure', 'no_answer')
      log.warn({ key }, 'nobody knows whether a message arrived')
      return { skipped: true }
    }
    await recordLater(pool, key, sent.later, due.unsure ? 'unsure' : 'due', sent.why)
    return notNow(sent)
  }

  const refresh = async ({ key, shows, sentAs, wanted, pin, pinned }: StaleDelivery): Promise<Result> => {
    const shown = { wanted, state: await stateShown(pool, shows) }
    const view = await drawn(key, shows)
    if (view === null || view === 'not now') {
      await recordShown(pool, key, shown)
      return { skipped: true }
    }
    const sent = await channel.update(sentAs, view, key)
    if ('later' in sent) return notNow(sent)
    await recordShown(pool, key, shown, 'refused' in sent ? sent.refused : null)
    if ('refused' in sent) log.warn({ key, error: sent.refused }, 'Slack refused an edit')
    if (pin === false && pinned) await recordPinned(pool, key, !(await channel.pin(sentAs, false)))
    return { reached: true }
  }

  return { send, refresh }
}

const notNow = (sent: Extract<Sent, { later: string }>): Result => {
  const until = Date.parse(sent.later)
  return sent.busy ? { reached: true, busyUntil: until } : { away: sent.why, until }
}

function resolved(to: Exclude<Address, { mail: string }>, thread: SentAs | null): ResolvedAddress {
  if ('person' in to) return to
  if (!thread) return { channel: to.channel }
  return { channel: thread.channel, threadTs: thread.ts, ...(to.broadcast && { broadcast: true }) }
}
