import type pg from 'pg'
import type { Letter, Mailer, Outage, Posted } from '../domain/letter.ts'
import { scheduleOfNotice } from '../domain/notice.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import {
  orphanDeliveries,
  recordLater,
  recordRefused,
  recordSent,
  type Due,
  type MailAddress,
} from '../store/deliveries.ts'
import { dueLetter, firstLetter } from '../store/letters.ts'
import { aboutOf } from '../store/notices.ts'
import { scheduleById } from '../store/schedules.ts'
import { invitationOf } from '../views/notice/letter.ts'
import { begin, type Begun } from './begin.ts'
import { fanOut } from './fan-out.ts'
import { tellOutcome } from './outcome.ts'
import { mailPace, makeAbsence, waitAfter, type MailPace } from './pace.ts'
import type { Render } from './render.ts'
import { rest } from './rest.ts'
import { linked } from './take-link.ts'

export interface LettersOptions {
  pool: pg.Pool
  /** Null: no mail server is configured, and letters are refused. */
  mailer: Mailer | null
  render: Render
  /** Where people reach us from outside; without it pings have no link that acknowledges them. */
  publicUrl?: string | undefined
  log: Log
  /** Ends it: the letter under way is finished. */
  signal: AbortSignal
  pace?: Partial<MailPace>
  /** Settles when there may be something new; asked again each time. */
  woken?: () => Promise<void>
}

/** How one letter went, for the next ones. */
type Result = 'reached' | 'skipped' | { outage: Outage; why: string; says: string }

const outages: Record<Outage, string> = {
  away: 'No letter goes out: the mail server cannot be reached, or takes none. Letters wait, runs go on',
  'locked-out':
    'No letter goes out: the mail server does not take the user and password of SMTP_URL, or not mail.from as sender. Letters wait, runs go on',
  'not-encrypted':
    'No letter goes out: the connection to the mail server cannot be encrypted, and SMTP_URL has a password. Letters wait, runs go on',
}

/**
 * Sends letters one after another, each once, until `signal` aborts. One process at a time does it: the caller holds a
 * lock for as long as this runs. While the mail server is away letters wait, and nothing else does. Rejects when the
 * store is lost.
 */
export async function sendLetters(options: LettersOptions): Promise<void> {
  const { pool, mailer, log, signal, woken = () => new Promise(() => {}) } = options
  const pace: MailPace = { ...mailPace, ...options.pace }
  const absence = makeAbsence(pace.away, Date.now)
  let outage: Outage | null = null
  let hasRefused = false

  const note = (result: Result): void => {
    if (result === 'reached' && absence.succeeded(Date.now())) log.info('Letters go out again')
    if (typeof result === 'string') return
    if (absence.failed(Date.now()) || result.outage !== outage)
      log.warn({ code: 'mail-away', error: result.why, says: result.says }, outages[result.outage])
    outage = result.outage
  }

  const refuse = async ({ key }: Due): Promise<void> => {
    await recordRefused(pool, key, 'no_mail')
    if (!hasRefused) log.warn({ key }, 'SMTP_URL is not set: what should go by mail is refused')
    hasRefused = true
  }

  await orphanDeliveries(pool, 'mail', pace.doubt)
  while (!signal.aborted) {
    await fanOut(pool)
    const away = Math.max(0, absence.until() - Date.now())
    const due = away ? null : await dueLetter(pool)
    if (!due) await rest(Math.min(pace.idle, away || pace.idle), signal, woken())
    else if (mailer) note(await send({ ...options, mailer, pace }, due))
    else await refuse(due)
  }
}

type Sending = LettersOptions & { mailer: Mailer; pace: MailPace }

async function send(sending: Sending, due: Due<MailAddress>): Promise<Result> {
  const { pool, publicUrl, mailer } = sending
  const begun = await begin(sending, due)
  if (!begun) return 'skipped'
  const view = await linked(pool, publicUrl, due, begun.view)
  return record(sending, due, begun, await mailer.send(await letterOf(pool, due, view)))
}

/** What somebody is told of one schedule is a thread of letters, and its entry in their calendar follows it. */
async function letterOf(pool: pg.Pool, due: Due<MailAddress>, view: View): Promise<Letter> {
  const { key, madeAt, shows, to } = due
  const letter = { to: to.mail, key, madeAt, view, follows: null, invitation: null }
  if (!('notice' in shows)) return letter
  const schedule = await scheduleById(pool, scheduleOfNotice(shows.notice))
  const about = await aboutOf(pool, shows.notice)
  if (!schedule || !about) return letter
  return {
    ...letter,
    follows: await firstLetter(pool, schedule.id, to),
    invitation: invitationOf(about, schedule),
  }
}

async function record(
  { pool, log, pace }: Sending,
  due: Due<MailAddress>,
  { shown }: Begun,
  posted: Posted,
): Promise<Result> {
  const { key, attempts, to } = due
  const after = (ms: number) => new Date(Date.now() + ms).toISOString()
  const again = due.unsure ? 'unsure' : 'due'
  if ('sent' in posted) {
    await recordSent(pool, key, posted.sent, shown)
    await tellOutcome(pool, due, null)
    return 'reached'
  }
  if ('unsure' in posted) {
    await recordLater(pool, key, after(pace.doubt), 'unsure', posted.why)
    log.warn({ key, error: posted.why }, 'nobody knows whether a letter arrived')
    return 'skipped'
  }
  if ('later' in posted && posted.later === 'all') {
    await recordLater(pool, key, after(waitAfter(pace.away, attempts)), again, posted.why)
    return { outage: posted.because, why: posted.why, says: posted.says }
  }
  const error = 'refused' in posted ? posted.refused : posted.why
  if ('later' in posted && Date.now() - Date.parse(due.madeAt) < pace.giveUp) {
    await recordLater(pool, key, after(waitAfter(pace.putOff, attempts)), again, error)
    log.info({ key, to, error, says: posted.says }, 'the mail server puts a letter off')
    return 'reached'
  }
  await recordRefused(pool, key, error)
  await tellOutcome(pool, due, { error, goesOn: false })
  log.warn({ key, to, error, says: posted.says }, 'the mail server refused a letter')
  return 'reached'
}
