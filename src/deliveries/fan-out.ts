import type pg from 'pg'
import type { Event } from '../domain/event.ts'
import type { Kind, Routes } from '../domain/step.ts'
import { accessChannels } from '../store/access-rules.ts'
import {
  insertDelivery,
  lockFanOut,
  refreshDeliveries,
  refreshDeliveriesBelow,
  unpinDelivery,
} from '../store/deliveries.ts'
import { claimUndelivered, markDelivered } from '../store/events.ts'
import { noticeById } from '../store/notices.ts'
import { missingApprovals } from '../runs/starting.ts'
import { approvalsOf, planById } from '../store/plans.ts'
import { reachTestById } from '../store/reach-tests.ts'
import { runById } from '../store/runs.ts'
import { openScheduleOf, scheduleById } from '../store/schedules.ts'
import { transaction, type Queryable } from '../store/transaction.ts'
import type { EventContext, Planned } from './event-context.ts'
import { deliveriesOf } from './planned.ts'

/** Events of one transaction: enough to catch up fast, few enough to be short. */
const batch = 200

/**
 * Makes deliveries from the events that have none, in the order of what happened. Any number of processes may do it at
 * once: they queue, and each event is taken once. Returns how many events were taken.
 */
export async function fanOut(pool: pg.Pool): Promise<number> {
  let taken = 0
  for (;;) {
    const now = await transaction(pool, takeBatch)
    taken += now
    if (now < batch) return taken
  }
}

async function takeBatch(tx: pg.PoolClient): Promise<number> {
  await lockFanOut(tx)
  const events = await claimUndelivered(tx, batch)
  const plans = new Map<string, About | null>()
  for (const event of events) {
    const of = event.run ?? event.plan ?? `event ${event.seq}`
    if (!plans.has(of)) plans.set(of, await about(tx, event))
    const found = plans.get(of)
    if (!found) continue
    for (const planned of deliveriesOf(event, contextOf(event, found))) await keep(tx, planned)
  }
  if (events.length)
    await markDelivered(
      tx,
      events.map((event) => event.seq),
    )
  return events.length
}

async function keep(tx: Queryable, planned: Planned): Promise<void> {
  if ('make' in planned) await insertDelivery(tx, planned.make)
  else if ('refresh' in planned) await refreshDeliveries(tx, planned.refresh)
  else if ('refreshBelow' in planned) await refreshDeliveriesBelow(tx, planned.refreshBelow)
  else await unpinDelivery(tx, planned.unpin)
}

/** What a message needs to know of what its event is about. */
type About = Omit<EventContext, 'step'> & { routes: Routes | null }

/** Null: an event of neither a plan, a run, a schedule nor a test is nobody's message. */
async function about(tx: Queryable, event: Event): Promise<About | null> {
  if ('schedule' in event) return aboutSchedule(tx, event)
  if ('test' in event) return aboutTest(tx, event.test)
  if (event.is === 'access.changed' || event.is === 'access.refused') return aboutAccess(tx)
  const run = event.run ? await runById(tx, event.run) : null
  const plan = run?.plan ?? (event.plan ? await planById(tx, event.plan) : null)
  if (!plan) return null
  const { runbook, routes } = plan.approved
  const isReady = !run && missingApprovals(plan, await approvalsOf(tx, plan.id)).length === 0
  return {
    channel: runbook.channel,
    kind: plan.kind,
    takesBack: plan.of,
    holder: run?.holder ?? null,
    routes,
    schedule: run ? null : ((await openScheduleOf(tx, runbook.name))?.id ?? null),
    readyFor: isReady ? plan.author : null,
    told: [],
  }
}

async function aboutSchedule(tx: Queryable, event: Event & { schedule: string }): Promise<About | null> {
  const schedule = await scheduleById(tx, event.schedule)
  const notice = 'notice' in event ? await noticeById(tx, event.notice) : null
  return (
    schedule && {
      channel: schedule.runbook.channel,
      kind: 'migrate',
      holder: schedule.by,
      routes: null,
      told: notice?.to ?? [],
    }
  )
}

async function aboutAccess(tx: Queryable): Promise<About> {
  const told = (await accessChannels(tx)).map((channel) => ({ channel }))
  return { channel: '', kind: 'migrate', holder: null, routes: null, told }
}

async function aboutTest(tx: Queryable, id: string): Promise<About | null> {
  const test = await reachTestById(tx, id)
  return (
    test && {
      channel: test.runbook.channel,
      kind: 'migrate',
      holder: null,
      routes: null,
      told: test.targets.map(({ to }) => to),
    }
  )
}

const contextOf = (event: Event, { routes, ...rest }: About): EventContext => ({
  ...rest,
  step: event.is === 'step.ended' && routes ? kindOf(routes, event.step) : null,
})

function kindOf(routes: Routes, id: string): Kind | null {
  const steps = Object.values(routes).flatMap((route) => route ?? [])
  return steps.find((step) => step.id === id)?.kind ?? null
}
