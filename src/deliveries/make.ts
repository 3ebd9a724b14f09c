import type { Address, PagerAddress, Shows } from '../domain/delivery.ts'
import type { Event } from '../domain/event.ts'
import type { NewDelivery } from '../store/deliveries.ts'
import type { Planned } from './event-context.ts'

/** A message that an event leads to. */
export function make(
  event: Event,
  key: string,
  to: Address | PagerAddress,
  shows: Shows,
  how: Partial<Pick<NewDelivery, 'sends' | 'urgent' | 'pin'>> = {},
): Planned {
  return { make: { key, to, shows, sends: 'message', urgent: false, pin: false, madeAt: event.at, ...how } }
}
