import type pg from 'pg'
import { runKey, type Channel, type InSlack, type ResolvedAddress, type Sent } from '../domain/delivery.ts'
import { runOfGate } from '../domain/run.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import {
  recordLater,
  recordRefused,
  recordSent,
  refreshDeliveries,
  refreshDeliveriesBelow,
  refreshPromise,
  type DueInSlack,
} from '../store/deliveries.ts'
import { recordPinned, recordShown, stateShown, type StaleDelivery } from '../store/edits.ts'
import { recordEditWaiting, recordWaiting, retryBeside } from '../store/waiting.ts'
import { twiceWords } from '../views/marks.ts'
import { begin, drawn } from './begin.ts'
import { tellOutcome } from './outcome.ts'
import type { Pace } from './pace.ts'
import type { Render } from './render.ts'
import { tellUndelivered, undeliveredBelow } from './undelivered.ts'

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
  pace: Pick<Pace, 'late' | 'doubt' | 'away' | 'mend' | 'giveUp'>
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
      await arrived(due, sent.sent, shown)
      return { reached: true }
    }
    if ('waits' in sent) {
      if (Date.now() - Date.parse(due.madeAt) > pace.giveUp) return refuse(due, sent.waits)
      await recordWaiting(pool, key, sent.waits, pace.mend, due.unsure)
      if (due.attempts === 0) await promised(due)
      await tellOutcome(pool, due, { error: sent.waits, goesOn: true })
      if (await tellUndelivered(pool, due))
        log.warn(
          { key, to: due.to, error: sent.waits },
          'Slack refuses messages; they wait until that is mended',
        )
      return sent.everywhere ? lockedOut(sent.waits) : { reached: true }
    }
    if ('refused' in sent) return refuse(due, sent.refused)
    if ('unsure' in sent) {
      await recordLater(pool, key, new Date(Date.now() + pace.doubt).toISOString(), 'unsure', sent.unsure)
      log.warn({ key, error: sent.unsure }, 'nobody knows whether a message arrived')
      return sent.unsure === notSlack ? { away: sent.unsure, until: 0 } : { skipped: true }
    }
    await recordLater(pool, key, sent.later, due.unsure ? 'unsure' : 'due', sent.why)
    return notNow(sent)
  }

  const arrived = async (
    due: DueInSlack,
    sentAs: InSlack,
    shown: { wanted: number; state: string | null },
  ): Promise<void> => {
    const { key } = due
    const { pin, waited, other } = await recordSent(pool, key, sentAs, shown, due.unsure)
    if (other) await channel.remove(other)
    if (pin) await recordPinned(pool, key, await channel.pin(sentAs, true))
    if (waited) await mended(key)
    if (waited) await promised(due)
    // The live message links to it.
    if ('gate' in due.shows && 'channel' in due.to)
      await refreshDeliveries(pool, [runKey(runOfGate(due.shows.gate))])
    await tellOutcome(pool, due, null)
  }

  /** The message that promised these files is to say whether they are there. */
  const promised = async ({ sends, shows }: DueInSlack): Promise<void> => {
    if (sends === 'files') await refreshPromise(pool, shows)
  }

  /** What waits beside it goes on at once, and who was told that it waits is told that it does not. */
  const mended = async (key: string): Promise<void> => {
    const lane = await retryBeside(pool, key)
    if (lane !== null) await refreshDeliveriesBelow(pool, undeliveredBelow(lane))
  }

  const refuse = async (due: DueInSlack, error: string): Promise<Result> => {
    await recordRefused(pool, due.key, error)
    await promised(due)
    await tellOutcome(pool, due, { error, goesOn: false })
    log.warn({ key: due.key, to: due.to, error }, 'Slack refused a message')
    return { reached: true }
  }

  const refresh = async (stale: StaleDelivery): Promise<Result> => {
    const { key, shows, sentAs, wanted, pin, pinned } = stale
    const shown = { wanted, state: await stateShown(pool, shows) }
    const view = await drawn(render, log, { key, shows })
    if (view === null || view === 'not now') {
      await recordShown(pool, key, shown)
      return { skipped: true }
    }
    const sent = await channel.update(sentAs, resolved(stale.to, null), view, key)
    if ('later' in sent) return notNow(sent)
    if ('waits' in sent) {
      await recordEditWaiting(pool, key, sent.waits, pace.mend)
      if (await tellUndelivered(pool, stale))
        log.warn({ key, error: sent.waits }, 'Slack refuses edits; they wait until that is mended')
      return sent.everywhere ? lockedOut(sent.waits) : { reached: true }
    }
    if ('refused' in sent) {
      log.warn({ key, error: sent.refused }, 'Slack refused an edit')
      await recordShown(pool, key, shown, sent.refused)
    } else if (await recordShown(pool, key, shown)) await mended(key)
    if (pin === false && pinned) await recordPinned(pool, key, !(await channel.pin(sentAs, false)))
    return { reached: true }
  }

  const lockedOut = (why: string): Result => ({ away: why, until: Date.now() + pace.mend.most })

  return { send, refresh }
}

/** What answered was not Slack: the next message would go the same way. */
const notSlack = 'not_slack'

const notNow = (sent: Extract<Sent, { later: string }>): Result => {
  const until = Date.parse(sent.later)
  return sent.busy ? { reached: true, busyUntil: until } : { away: sent.why, until }
}

function resolved(to: DueInSlack['to'], thread: InSlack | null): ResolvedAddress {
  if ('person' in to) return to
  if (!thread) return { channel: to.channel }
  return { channel: thread.channel, threadTs: thread.ts, ...(to.broadcast && { broadcast: true }) }
}
