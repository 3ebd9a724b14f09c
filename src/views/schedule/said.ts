import { scheduleKey } from '../../domain/delivery.ts'
import type { Instant } from '../../domain/json.ts'
import type { Schedule, Window } from '../../domain/schedule.ts'
import { bold, say, text, type Inline, type View } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { howFar } from '../words/how-far.ts'
import { typed } from '../words/typed.ts'
import { zoneOf } from '../words/zoned.ts'

// What the one who scheduled is told at once. The channel has the schedule itself.

const itsMessage = ({ id, runbook }: Schedule): Inline => ({
  channel: runbook.channel,
  message: scheduleKey(id),
})

/** `from`: the time that it was moved from. */
export function scheduledSaid(schedule: Schedule, from: Window | null, now: Instant): View {
  const { runbook, window } = schedule
  return {
    state: say`${bold(from ? 'Moved' : 'Scheduled')}: ${runbook.title} on ${runbook.target.database}, ${{ window, zone: zoneOf(runbook) }}`,
    parts: [
      text(
        say`That is ${howFar(window.start, now)}. It is in ${itsMessage(schedule)}, with what is still to be done.`,
      ),
      text(
        say`Another time: ${typed(`schedule ${runbook.name} WHEN`)}. Not at all: ${typed(`schedule ${runbook.name} off`)}. All that is scheduled: ${typed('calendar')}.`,
      ),
    ],
    actions: [],
  }
}

/** `told`: addresses that are told so. */
export function calledOffSaid(schedule: Schedule, told: number): View {
  const { runbook, window } = schedule
  return {
    state: say`${bold('Called off')}: ${runbook.title} on ${runbook.target.database}, ${{ window, zone: zoneOf(runbook) }}`,
    parts: [
      text(
        told
          ? say`${counted(told, 'address that was', 'addresses that were')} told of it ${told === 1 ? 'is' : 'are'} told now that ${runbook.product} stays available. See ${itsMessage(schedule)}.`
          : say`Nobody had been told of it. See ${itsMessage(schedule)}.`,
      ),
      text(say`To schedule it anew: ${typed(`schedule ${runbook.name} WHEN`)}.`),
    ],
    actions: [],
  }
}
