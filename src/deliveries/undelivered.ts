import type { Shows } from '../domain/delivery.ts'
import type { Queryable } from '../store/transaction.ts'
import { scheduleOfNotice } from '../domain/notice.ts'
import { insertDelivery, laneOf, type Due } from '../store/deliveries.ts'
import { eventAt } from '../store/events.ts'
import { gateById } from '../store/gates.ts'
import { planById } from '../store/plans.ts'
import { runById } from '../store/runs.ts'
import { scheduleById } from '../store/schedules.ts'
import { waitingIn } from '../store/waiting.ts'

/** How the messages begin that tell people what waits in a lane. */
export const undeliveredBelow = (lane: string): string => `undelivered:${lane}/`

/**
 * Tells the people whom a message is about that it waits, by other ways: a direct message, and an e-mail where a run is
 * under way. Once for all that waits together in one channel. False: they were told, or nobody is to be told.
 */
export async function tellUndelivered(
  tx: Queryable,
  { to, shows }: Pick<Due, 'to' | 'shows'>,
): Promise<boolean> {
  if (!('channel' in to)) return false
  const lane = laneOf(to)
  const waiting = await waitingIn(tx, lane)
  if (!waiting) return false
  const { people, mail } = await concerned(tx, shows)
  const below = `${undeliveredBelow(lane)}${waiting.since}`
  const made = { shows: { undelivered: lane }, sends: 'message', urgent: true, pin: false } as const
  const madeAt = new Date().toISOString()
  let told = false
  for (const person of people)
    told =
      (await insertDelivery(tx, { ...made, key: `${below}:dm:${person}`, to: { person }, madeAt })) || told
  for (const address of mail)
    told =
      (await insertDelivery(tx, {
        ...made,
        key: `${below}:mail:${address}`,
        to: { mail: address },
        madeAt,
      })) || told
  return told
}

interface Concerned {
  people: string[]
  mail: string[]
}

/** Whom it is about: who has the run and who started it, who planned, who scheduled. Contacts are for a run. */
async function concerned(tx: Queryable, shows: Shows): Promise<Concerned> {
  const about = await aboutOf(tx, shows)
  const run = about.run ? await runById(tx, about.run) : null
  if (run)
    return {
      people: [...new Set([run.holder, run.startedBy])],
      mail: [...new Set(run.plan.approved.runbook.contacts.flatMap(({ email }) => email ?? []))],
    }
  const plan = about.plan ? await planById(tx, about.plan) : null
  const schedule = about.schedule ? await scheduleById(tx, about.schedule) : null
  const person = plan?.author ?? schedule?.by
  return { people: person === undefined ? [] : [person], mail: [] }
}

interface About {
  run?: string | null
  plan?: string | null
  schedule?: string
}

async function aboutOf(tx: Queryable, shows: Shows): Promise<About> {
  if ('run' in shows) return { run: shows.run }
  if ('ending' in shows) return { run: shows.ending }
  if ('card' in shows) return { run: shows.card }
  if ('gate' in shows) return { run: (await gateById(tx, shows.gate))?.run ?? null }
  if ('plan' in shows) return { plan: shows.plan }
  if ('approval' in shows) return { plan: shows.approval }
  if ('planDetails' in shows) return { plan: shows.planDetails }
  if ('schedule' in shows) return { schedule: shows.schedule }
  if ('notice' in shows) return { schedule: scheduleOfNotice(shows.notice) }
  if (!('event' in shows)) return {}
  const event = await eventAt(tx, shows.event)
  return event
    ? { run: event.run, plan: event.plan, ...('schedule' in event && { schedule: event.schedule }) }
    : {}
}
