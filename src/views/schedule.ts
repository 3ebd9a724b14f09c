import type { Event } from '../domain/event.ts'
import type { Notice } from '../domain/notice.ts'
import type { Schedule } from '../domain/schedule.ts'
import { bold, dayAndClock, say, type View } from '../domain/view.ts'

/** The message of a schedule in its channel. */
export function scheduleView({ runbook, window }: Schedule, _notices: readonly Notice[]): View {
  return { state: say`${bold(runbook.title)} · ${dayAndClock(window.start)}`, parts: [], actions: [] }
}

/** What happened to it, below that message. */
export function scheduleNewsView(_event: Event & { schedule: string }, schedule: Schedule): View {
  return scheduleView(schedule, [])
}
