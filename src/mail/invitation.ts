import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventBusyStatus,
  ICalEventStatus,
  ICalEventTransparency,
} from 'ical-generator'
import type { Mailbox } from '../config-mail.ts'
import type { Invitation } from '../domain/letter.ts'

const methods = { request: ICalCalendarMethod.REQUEST, cancel: ICalCalendarMethod.CANCEL } as const

/**
 * An invitation as iCalendar. Its reader is named as somebody who need not come or answer, since without that clients
 * do not offer to enter it; their time stays free.
 */
export function calendarOf(invitation: Invitation, to: string, from: Mailbox, description: string): string {
  const { id, madeAt, method, sequence, title, window } = invitation
  const calendar = ical({
    prodId: { company: 'Lockkeeper', product: 'Notices', language: 'EN' },
    method: methods[method],
  })
  calendar.createEvent({
    id: `${id.replaceAll('@', '-')}-${Date.parse(madeAt)}@${domainOf(from)}`,
    sequence,
    start: window.start,
    end: window.end,
    summary: title,
    description,
    organizer: { name: from.name || from.address, email: from.address },
    attendees: [
      { email: to, role: ICalAttendeeRole.OPT, status: ICalAttendeeStatus.NEEDSACTION, rsvp: false },
    ],
    status: method === 'cancel' ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    transparency: ICalEventTransparency.TRANSPARENT,
    busystatus: ICalEventBusyStatus.FREE,
  })
  return calendar.toString()
}

export const domainOf = ({ address }: Mailbox): string => address.slice(address.lastIndexOf('@') + 1)
