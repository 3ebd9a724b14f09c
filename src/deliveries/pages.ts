import type pg from 'pg'
import { says, tellWebhook, type Does } from '../adapters/webhook.ts'
import { runKey, testKey } from '../domain/delivery.ts'
import type { Contact } from '../domain/escalation.ts'
import type { WebhookValues } from '../domain/webhook.ts'
import type { Log } from '../log.ts'
import { alarmById, openAlarmsOf } from '../store/alarms.ts'
import { attemptsOf } from '../store/attempts.ts'
import {
  beginDelivery,
  orphanDeliveries,
  recordLater,
  recordRefused,
  recordSent,
  sentAsOf,
} from '../store/deliveries.ts'
import { recordShown } from '../store/edits.ts'
import { eventAt, pingsOf } from '../store/events.ts'
import { openGateOf } from '../store/gates.ts'
import { duePages, postponePage, recordPageLater, type DuePage, type Paged } from '../store/pages.ts'
import { reachTestById } from '../store/reach-tests.ts'
import { runById } from '../store/runs.ts'
import { pageValues, testPageValues } from '../views/people/page.ts'
import { fanOut } from './fan-out.ts'
import { tellOutcome } from './outcome.ts'
import { slackPace, waitAfter, type Pace } from './pace.ts'
import { rest } from './rest.ts'

/** `late`: after these milliseconds people are told that a pager has not taken a ping. `taken`: between two looks whether somebody still has it. */
export type PagesPace = Pick<Pace, 'idle' | 'away' | 'late'> & { taken: number }

const pagesPace: PagesPace = {
  idle: slackPace.idle,
  away: slackPace.away,
  late: slackPace.late,
  taken: 5_000,
}

export interface PagesOptions {
  pool: pg.Pool
  /** Where the secrets are that runbooks name. */
  environment: Readonly<Record<string, string | undefined>>
  log: Log
  /** Ends it: what is under way is finished. */
  signal: AbortSignal
  pace?: Partial<PagesPace>
  /** Settles when there may be something new; asked again each time. */
  woken?: () => Promise<void>
}

/**
 * Tells other pagers of pings: each once, and again where nobody knows whether it was taken, since they know a ping by
 * its alarm. What becomes of it (somebody has it, it is over) is told as the latest state, where the runbook has words for
 * that. One process at a time does it, beside Slack and mail, and each pager by itself. Rejects when the store is lost.
 */
export async function sendPages(options: PagesOptions): Promise<void> {
  const { pool, signal, woken = () => new Promise(() => {}) } = options
  const pace: PagesPace = { ...pagesPace, ...options.pace }
  const underWay = new Map<string, Promise<void>>()
  let broken: { error: unknown } | null = null
  let finished = Promise.withResolvers<void>()
  const begin = (due: DuePage): void => {
    const telling = tell({ ...options, pace }, due)
      .catch((error: unknown) => void (broken = { error }))
      .finally(() => {
        underWay.delete(due.lane)
        finished.resolve()
      })
    underWay.set(due.lane, telling)
  }

  await orphanDeliveries(pool, 'pager', 0)
  while (!signal.aborted && !broken) {
    await fanOut(pool)
    for (const due of await duePages(pool)) if (!underWay.has(due.lane)) begin(due)
    await rest(pace.idle, signal, finished.promise, woken())
    finished = Promise.withResolvers<void>()
  }
  await Promise.allSettled(underWay.values())
  if (broken) throw (broken as { error: unknown }).error
}

type Telling = PagesOptions & { pace: PagesPace }

/** What a page is about, as it is now. */
interface About {
  webhook: NonNullable<Contact['webhook']>
  stands: Paged
  /** `ping`, or `test`. */
  begins: Does
  values: WebhookValues
}

async function tell(telling: Telling, due: DuePage): Promise<void> {
  const { pool } = telling
  const about = await aboutOf(pool, due)
  if (!about) return refuse(telling, due, 'nothing_to_show')
  if (due.paged !== null) return tellChange(telling, due, about, due.paged)
  if (about.stands === 'acknowledged') return postponePage(pool, due.key, soon(telling.pace.taken))
  if (about.stands === 'triggered') return tellFirst(telling, due, about, about.begins)
  // It may have been told already, and the answer was lost.
  return due.attempts > 0 && says(about.webhook, 'resolve')
    ? tellFirst(telling, due, about, 'resolve')
    : refuse(telling, due, 'no_longer_needed')
}

const soon = (ms: number): string => new Date(Date.now() + ms).toISOString()

/** Nobody is to be told that it was refused: there was nothing to say any more. */
const refuse = ({ pool }: Telling, { key }: DuePage, why: string): Promise<void> =>
  recordRefused(pool, key, why)

async function tellFirst(telling: Telling, due: DuePage, about: About, does: Does): Promise<void> {
  const { pool, environment, log, pace } = telling
  const { key, to, attempts } = due
  const begun = await beginDelivery(pool, key)
  if (!begun) return
  const taken = await tellWebhook(about.webhook, does, about.values, environment)
  if ('taken' in taken) {
    await recordSent(pool, key, { pager: to.pager }, { wanted: begun.wanted, state: about.stands })
    return tellOutcome(pool, due, null)
  }
  if ('refused' in taken) {
    await recordRefused(pool, key, taken.refused)
    log.warn({ key, error: taken.refused }, 'another pager refused a ping')
    return tellOutcome(pool, due, { error: taken.refused, goesOn: false })
  }
  const again = taken.unsure || due.unsure ? 'unsure' : 'due'
  await recordLater(pool, key, soon(waitAfter(pace.away, attempts)), again, taken.later)
  if (attempts === 0)
    log.warn({ key, error: taken.later }, 'another pager does not take a ping; it is tried again')
  if (Date.now() - Date.parse(due.madeAt) > pace.late)
    await tellOutcome(pool, due, { error: taken.later, goesOn: true })
}

/** What it is told once it knows of the alarm; where the runbook has no words for it, nothing. */
async function tellChange(telling: Telling, due: DuePage, about: About, paged: Paged): Promise<void> {
  const { pool, environment, log, pace } = telling
  const { key, wanted, attempts } = due
  const { webhook, stands } = about
  const does = changeTo(stands, paged)
  const isSilent = does === null || !says(webhook, does)
  const taken = isSilent ? { taken: true } : await tellWebhook(webhook, does, about.values, environment)
  if ('later' in taken) return recordPageLater(pool, key, soon(waitAfter(pace.away, attempts)), taken.later)
  if ('refused' in taken)
    log.warn({ key, error: taken.refused }, 'another pager refused what became of a ping')
  await recordShown(pool, key, { wanted, state: paged === 'resolved' ? paged : stands })
}

/** Nobody is woken anew where a hold lapsed: the steps after it are. */
function changeTo(stands: Paged, paged: Paged): 'acknowledge' | 'resolve' | null {
  if (paged === 'resolved' || stands === paged || stands === 'triggered') return null
  return stands === 'resolved' ? 'resolve' : 'acknowledge'
}

async function aboutOf(pool: pg.Pool, { shows, to }: DuePage): Promise<About | null> {
  if ('test' in shows) {
    const test = await reachTestById(pool, shows.test)
    const webhook = test?.runbook.contacts.find(({ role }) => role === to.pager)?.webhook
    if (!test || !webhook) return null
    const values = testPageValues(test, { contact: to.pager, url: await linkTo(pool, testKey(test.id)) })
    return { webhook, stands: 'triggered', begins: 'test', values }
  }
  const event = 'event' in shows ? await eventAt(pool, shows.event) : null
  if (event?.is !== 'alarm.pinged' || event.run === null) return null
  const [alarm, run] = [await alarmById(pool, event.alarm), await runById(pool, event.run)]
  const webhook = run?.plan.approved.runbook.contacts.find(({ role }) => role === to.pager)?.webhook
  if (!alarm || !run || !webhook) return null
  const [attempts, gate] = [await attemptsOf(pool, run.id), await openGateOf(pool, run.id)]
  const calling = { run, attempts, gate, alarms: await openAlarmsOf(pool, run.id) }
  const pings = await pingsOf(pool, run.id, [alarm.id, ...calling.alarms.map(({ id }) => id)])
  const values = pageValues(event, alarm, pings, calling, {
    contact: to.pager,
    url: await linkTo(pool, runKey(run.id)),
    now: new Date().toISOString(),
  })
  return {
    webhook,
    stands: alarm.closedAt ? 'resolved' : run.heldUntil ? 'acknowledged' : 'triggered',
    begins: 'ping',
    values,
  }
}

/** Opens the channel of a message in Slack, without asking Slack; empty: it is not there yet. */
async function linkTo(pool: pg.Pool, key: string): Promise<string> {
  const sentAs = await sentAsOf(pool, key)
  return sentAs ? `https://slack.com/app_redirect?channel=${encodeURIComponent(sentAs.channel)}` : ''
}
