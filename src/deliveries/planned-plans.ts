import { approvalKey, planKey, type Address, type Shows } from '../domain/delivery.ts'
import type { Event } from '../domain/event.ts'
import type { EventContext, Planned } from './event-context.ts'
import { make } from './make.ts'

// The messages of a plan: in the channel, to who may approve it, and to whoever made it once it has all approvals.

/** In the channel with its details and files, and to each of those who may approve it. */
export function planMade(event: Event & { is: 'plan.made' }, { kind, channel }: EventContext): Planned[] {
  // A backup is planned and run at once: its run says it all.
  if (!event.plan || kind === 'backup') return []
  const key = planKey(event.plan)
  const inThread: Address = { channel, thread: key }
  const details: Shows = { planDetails: event.plan }
  return [
    make(event, key, { channel }, { plan: event.plan }),
    make(event, `${key}/details`, inThread, details),
    make(event, `${key}/files`, inThread, details, { sends: 'files' }),
    ...ofApprovers(event),
  ]
}

/** It was made again, and says the same: what was measured is shown; who was not asked before is asked. */
export const planMeasured = (event: Event & { is: 'plan.measured' }): Planned[] =>
  event.plan
    ? [
        { refresh: [planKey(event.plan), `${planKey(event.plan)}/details`] },
        { refreshBelow: approvalKey(event.plan) },
        ...ofApprovers(event),
      ]
    : []

/** Who made it is told when nothing is missing any more. */
export const planApproved = (
  event: Event & { is: 'plan.approved' },
  { readyFor }: EventContext,
): Planned[] => [
  ...ofPlan(event),
  ...(event.plan && readyFor && readyFor !== event.by
    ? [make(event, readyKey(event.plan), { person: readyFor }, { plan: event.plan }, { urgent: true })]
    : []),
]

/** All messages that say how a plan is. */
export const ofPlan = (event: Event): Planned[] =>
  event.plan
    ? [{ refresh: [planKey(event.plan), readyKey(event.plan)] }, { refreshBelow: approvalKey(event.plan) }]
    : []

/** To each of those who may approve a plan. */
const ofApprovers = (event: Event & { asks?: string[] }): Planned[] => {
  const { plan, asks = [] } = event
  return plan
    ? asks.map((person) =>
        make(event, approvalKey(plan, person), { person }, { approval: plan, of: person }, { urgent: true }),
      )
    : []
}

/** To whoever made a plan: it has all its approvals, and may be run. */
const readyKey = (plan: string): string => `${planKey(plan)}/ready`
