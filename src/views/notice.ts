import type { Notice } from '../domain/notice.ts'
import type { Schedule } from '../domain/schedule.ts'
import { dayAndClock, say, type View } from '../domain/view.ts'

/** An announcement, as its readers see it. */
export function noticeView(notice: Notice, schedule: Schedule, _all: readonly Notice[]): View {
  return {
    state: say`${schedule.runbook.product}: ${dayAndClock(notice.window.start)}`,
    parts: [],
    actions: [],
  }
}
