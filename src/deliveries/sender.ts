import type pg from 'pg'
import type { Channel, InSlack, ResolvedAddress, Sent } from '../domain/delivery.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import {
  recordLater,
  recordPinned,
  recordRefused,
  recordSent,
  recordShown,
  stateShown,
  type DueInSlack,
  type StaleDelivery,
} from '../store/deliveries.ts'
import { twiceWords } from '../views/marks.ts'
import { begin, drawn } from './begin.ts'
import { tellOutcome } from './outcome.ts'
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
  send: (due: DueInSlack) => Promise<Result>
  refresh: (stale: StaleDelivery) => Promise<Result>
}

/** Sends and edits single messages: the mark before, what came of it after. */
export function makeSender({ pool, channel, render, log, pace }: SenderOptions): Sender {
  const send = async (due: DueInSlack): Promise<Result> => {
    const begun = await begin({ pool, render, log, pace }, due)
    if (!begun) return { skipped: true }
    const sent = await sentTo(due, begun.view)
    if (sent) return record(due, sent, begun.shown)
    await recordRefused(pool, due.key, 'nothing_to_show')
    return { skipped: true }
  }

  /** Null: there is nothing to send. */
  const sentTo = async (due: DueInSlack, view: View): Promise<Sent | null> => {
    const to = resolved(due.to, due.thread)
    if (due.sends === 'message') return channel.post(to, view, due.key)
    if (!view.files?.length) return null
    const uploaded = await channel.upload(to, view.files, due.unsure ? twiceWords : undefined)
    return 'lacks' in uploaded ? { refused: 'lacks' } : uploaded
  }

  const record = async (
    due: DueInSlack,
    sent: Sent,
    shown: { wanted: number; state: string | null },
  ): Promise<Result> => {
    const { key } = due
    if ('sent' in sent) {
      const { pin } = await recordSent(pool, key, sent.sent, shown)
      if (pin) await recordPinned(pool, key, await channel.pin(sent.sent, true))
      await tellOutcome(pool, due, null)
      return { reached: true }
    }
    if ('refused' in sent) {
      await recordRefused(pool, key, sent.refused)
      await tellOutcome(pool, due, { error: sent.refused, goesOn: false })
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
    const view = await drawn(render, log, { key, shows })
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

function resolved(to: DueInSlack['to'], thread: InSlack | null): ResolvedAddress {
  if ('person' in to) return to
  if (!thread) return { channel: to.channel }
  return { channel: thread.channel, threadTs: thread.ts, ...(to.broadcast && { broadcast: true }) }
}
