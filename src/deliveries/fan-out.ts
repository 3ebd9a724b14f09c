import type pg from 'pg'
import type { Event } from '../domain/event.ts'
import type { Plan } from '../domain/plan.ts'
import type { Kind, Routes } from '../domain/step.ts'
import {
  insertDelivery,
  lockFanOut,
  refreshDeliveries,
  refreshDeliveriesBelow,
  unpinDelivery,
} from '../store/deliveries.ts'
import { claimUndelivered, markDelivered } from '../store/events.ts'
import { planById } from '../store/plans.ts'
import { runById } from '../store/runs.ts'
import { transaction, type Queryable } from '../store/transaction.ts'
import { deliveriesOf, type EventContext, type Planned } from './planned.ts'

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
    const of = event.run ?? event.plan ?? ''
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

type About = { plan: Plan; holder: string | null }

/** Null: an event of neither a plan nor a run is nobody's message. */
async function about(tx: Queryable, event: Event): Promise<About | null> {
  const run = event.run ? await runById(tx, event.run) : null
  const plan = run?.plan ?? (event.plan ? await planById(tx, event.plan) : null)
  return plan && { plan, holder: run?.holder ?? null }
}

const contextOf = (event: Event, { plan, holder }: About): EventContext => ({
  channel: plan.approved.runbook.channel,
  kind: plan.kind,
  holder,
  step: event.is === 'step.ended' ? kindOf(plan.approved.routes, event.step) : null,
})

function kindOf(routes: Routes, id: string): Kind | null {
  const steps = Object.values(routes).flatMap((route) => route ?? [])
  return steps.find((step) => step.id === id)?.kind ?? null
}
