import type pg from 'pg'
import type { Channel } from '../domain/delivery.ts'
import type { Log } from '../log.ts'
import { forgetButtons } from '../store/buttons.ts'
import { dueInSlack, orphanDeliveries, refuseOrphanedReplies } from '../store/deliveries.ts'
import { staleDeliveries } from '../store/edits.ts'
import { retryWaiting } from '../store/waiting.ts'
import { fanOut } from './fan-out.ts'
import { makeAbsence, makeBudget, slackPace, type Pace } from './pace.ts'
import type { Render } from './render.ts'
import { rest } from './rest.ts'
import { makeSender, type Result } from './sender.ts'

export interface PumpOptions {
  pool: pg.Pool
  channel: Channel
  render: Render
  log: Log
  /** Ends the pump: it finishes what it is sending, and returns. */
  signal: AbortSignal
  pace?: Partial<Pace>
  /** Settles when there may be something new; asked again each time. */
  woken?: () => Promise<void>
}

/**
 * Sends what is to be shown in Slack, each message once, until `signal` aborts. One process at a time does it: the
 * caller holds a lock for as long as this runs. While Slack is away everything stays where it is, and runs go on; what
 * is edited often is then edited once. Rejects when the store is lost.
 */
export async function pump(options: PumpOptions): Promise<void> {
  const { pool, channel, render, log, signal, woken = () => new Promise(() => {}) } = options
  const pace: Pace = { ...slackPace, ...options.pace }
  const now = Date.now
  const absence = makeAbsence(pace.away, now)
  const budget = makeBudget(pace.updatesPerMinute, now)
  const sender = makeSender({ pool, channel, render, log, pace })
  /** What is being sent: one message a channel, and edits. */
  const underWay = new Map<string, Promise<void>>()
  const restsUntil = new Map<string, number>()
  let broken: { error: unknown } | null = null
  let finished = Promise.withResolvers<void>()

  const begin = (lane: string, key: string, rest: number, work: () => Promise<Result>): void => {
    const begun = now()
    const sending = work()
      .then((result) => {
        restsUntil.set(lane, Math.max(now() + rest, 'busyUntil' in result ? result.busyUntil : 0))
        note(result, begun)
      })
      .catch((error: unknown) => void (broken = { error }))
      .finally(() => {
        underWay.delete(key)
        finished.resolve()
      })
    underWay.set(key, sending)
  }

  const note = (result: Result, begun: number): void => {
    if ('away' in result) {
      if (absence.failed(result.until))
        log.warn({ code: 'slack-away', errno: result.away }, 'Slack is away: messages wait, runs go on')
    } else if ('reached' in result && absence.succeeded(begun)) log.info('Slack is back: what waited is sent')
  }

  const isAway = (): boolean => absence.until() > now()

  const isResting = (lane: string): boolean => (restsUntil.get(lane) ?? 0) > now()

  const beginPosts = async (): Promise<void> => {
    const all = await dueInSlack(pool)
    // Slack may have gone while the store was asked.
    if (isAway()) return
    for (const due of all) {
      if (underWay.has(due.lane) || isResting(due.lane)) continue
      begin(due.lane, due.lane, pace.postEvery, () => sender.send(due))
    }
  }

  const beginEdits = async (): Promise<void> => {
    if (isResting(edits)) return
    const stale = await staleDeliveries(pool, {
      every: pace.refreshEvery,
      heartbeat: pace.heartbeat,
      limit: 20,
    })
    if (isAway()) return
    for (const message of stale) {
      if (underWay.has(`${edits}${message.key}`)) continue
      if (!budget.take()) return
      begin(edits, `${edits}${message.key}`, 0, () => sender.refresh(message))
    }
  }

  /** Until something was sent, something happened, or a pause is over. */
  const pause = async (): Promise<void> => {
    const pauses = [...restsUntil.values(), absence.until()]
      .map((until) => until - now())
      .filter((ms) => ms > 0)
    await rest(Math.min(pace.idle, ...pauses), signal, finished.promise, woken())
    finished = Promise.withResolvers<void>()
  }

  await orphanDeliveries(pool, 'slack', pace.doubt)
  // Somebody may have given us another token, or invited us while nobody was here.
  await retryWaiting(pool, null)
  await forgetButtons(pool)
  while (!signal.aborted && !broken) {
    await fanOut(pool)
    if (!isAway()) {
      await refuseOrphanedReplies(pool)
      // After an outage the live messages say first how it stands; then the threads are told from where they ended.
      await beginEdits()
      if (!absence.isOn() || underWay.size === 0) await beginPosts()
    }
    await pause()
  }
  await Promise.allSettled(underWay.values())
  if (broken) throw (broken as { error: unknown }).error
}

/** Edits have a pace of their own: Slack counts them apart from posts. */
const edits = 'edit '
