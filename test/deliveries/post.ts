import type pg from 'pg'
import pino from 'pino'
import { expect } from 'vitest'
import { sendLetters } from '../../src/deliveries/letters.ts'
import type { MailPace } from '../../src/deliveries/pace.ts'
import { pump } from '../../src/deliveries/pump.ts'
import type { Render } from '../../src/deliveries/render.ts'
import type { Address, Channel, Shows } from '../../src/domain/delivery.ts'
import type { About } from '../../src/domain/notice.ts'
import type { Schedule } from '../../src/domain/schedule.ts'
import type { View } from '../../src/domain/view.ts'
import { makeMailer } from '../../src/mail/mailer.ts'
import { makeNotice } from '../../src/runs/announcing.ts'
import { insertDelivery } from '../../src/store/deliveries.ts'
import { insertNotice } from '../../src/store/notices.ts'
import { insertSchedule, scheduleById } from '../../src/store/schedules.ts'
import { timeOf, transaction } from '../../src/store/transaction.ts'
import { openPostOffice, type PostOffice, type PostOfficeOptions } from '../mail/post-office.ts'
import { sampleRunbook } from '../plans.ts'
import { openHistory, type History, type Row } from './history.ts'
import { fast as fastInSlack, type Pumping } from './works.ts'

/** Fast enough for a test. */
const fast: Partial<MailPace> = {
  idle: 20,
  doubt: 0,
  away: { first: 20, most: 100 },
  putOff: { first: 20, most: 100 },
}

export const from = { name: 'Lockkeeper', address: 'lockkeeper@example.org' }

/** A schedule in a store of its own, and a mail server that its notices go to. */
export interface Post {
  history: History
  office: PostOffice
  schedule: Schedule
  /** A notice is made; returns its id. */
  tell(about: About, ...to: Address[]): Promise<string>
  /** A message that calls somebody by mail. */
  call(key: string): Promise<void>
  start(given?: { pace?: Partial<MailPace>; url?: string | null; render?: Render }): Pumping
  /** Pumps Slack's lanes into a channel that answers so; returns the keys of what was posted, as they come. */
  pumpSlack(answer: (key: string) => ReturnType<Channel['post']>): string[]
  row(key: string): Promise<Row | undefined>
  /** Until every delivery is in one of these states. */
  settled(...states: string[]): Promise<void>
  close(): Promise<void>
}

export async function openPost(options: PostOfficeOptions = {}): Promise<Post> {
  const history = await openHistory('C0OPS', 'U0ASHA')
  const office = await openPostOffice(options)
  const made = await scheduled(history.pool)
  const pumping: Pumping[] = []
  return {
    history,
    office,
    schedule: made,
    tell: (about, ...to) => tell(history.pool, made.id, about, to),
    async call(key) {
      await insertDelivery(history.pool, {
        key,
        to: { mail: 'staff@example.com' },
        shows: { event: 1 },
        sends: 'message',
        urgent: true,
        pin: false,
        madeAt: new Date().toISOString(),
      })
    },
    start({ pace, url = office.url, render = words } = {}) {
      const lines: Record<string, unknown>[] = []
      const log = pino(
        { level: 'debug' },
        { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
      )
      const mailer = url && makeMailer({ config: { url, from, replyTo: null }, nameOf: async () => null })
      const stopping = new AbortController()
      const ended = sendLetters({
        pool: history.pool,
        mailer: mailer || null,
        render,
        log,
        signal: stopping.signal,
        pace: { ...fast, ...pace },
      })
      const one = {
        lines,
        async stop() {
          stopping.abort()
          await ended
          if (mailer) mailer.close()
        },
      }
      pumping.push(one)
      return one
    },
    pumpSlack(answer) {
      const posted: string[] = []
      const stopping = new AbortController()
      const channel: Channel = {
        async post(_, __, key) {
          posted.push(key)
          return answer(key)
        },
        update: async (sentAs) => ({ sent: sentAs }),
        remove: async () => true,
        upload: async () => ({ lacks: true }),
        pin: async () => true,
      }
      const log = pino({ level: 'silent' })
      const { signal } = stopping
      const ended = pump({ pool: history.pool, channel, render: words, log, signal, pace: fastInSlack })
      pumping.push({
        lines: [],
        async stop() {
          stopping.abort()
          await ended
        },
      })
      return posted
    },
    row: async (key) => (await history.rows()).find((one) => one.key === key),
    settled: (...states) =>
      expect
        .poll(async () => {
          const { rows } = await history.pool.query('select seq from lockkeeper.event where not delivered')
          return [...rows, ...(await history.rows()).filter(({ state }) => !states.includes(state))]
        })
        .toEqual([]),
    async close() {
      await Promise.all(pumping.map((one) => one.stop()))
      await office.close()
      await history.close()
    },
  }
}

/** A schedule of its own. */
export async function scheduled(
  pool: pg.Pool,
  window = { start: '2026-11-13T00:00:00.000Z', end: '2026-11-13T00:30:00.000Z' },
): Promise<Schedule> {
  const made = await insertSchedule(pool, sampleRunbook(), window, { by: 'U0ASHA' })
  if (!made) throw new Error('not scheduled')
  return made
}

/** A notice is made, as of now; returns its id. */
export const tell = (
  pool: pg.Pool,
  schedule: string,
  about: About,
  to: readonly Address[],
): Promise<string> =>
  transaction(pool, async (tx) => {
    const found = await scheduleById(tx, schedule)
    if (!found) throw new Error('no such schedule')
    const dueAt = await timeOf(tx)
    const notice = await insertNotice(tx, schedule, { place: null, about, window: found.window, dueAt })
    await makeNotice(tx, notice, { to, untold: [] })
    return notice.id
  })

const words = async (shows: Shows): Promise<View> => ({
  state: [JSON.stringify(shows)],
  parts: [],
  actions: [],
})
