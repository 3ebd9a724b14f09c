import { z } from 'zod'
import { ok } from '../src/domain/result.ts'
import { unfinishedRuns } from '../src/store/runs.ts'
import { openSchedules } from '../src/store/schedules.ts'
import { calendarView, type CalendarEntry } from '../src/views/schedule/calendar.ts'
import { clashesOf } from './clashing.ts'
import { command } from './command.ts'
import { plannedFrom, planStands } from './outlook.ts'

const usualDays = 14
const why = 'is not a number of days from 1 to 366'

const input = z.object({
  days: z.coerce.number(why).int(why).min(1, why).max(366, why).prefault(usualDays),
})

/** What is scheduled, and what runs. */
export const calendar = command<z.output<typeof input>>({
  name: 'calendar',
  summary: 'what is scheduled in the days to come, and what clashes',
  example: 'calendar 30',
  role: 'reader',
  reads: true,
  words: ([days]) => ({ days }),
  input,
  async handle(house, _caller, { days }) {
    const now = new Date().toISOString()
    const [schedules, runs] = [await openSchedules(house.pool), await unfinishedRuns(house.pool)]
    const entries: CalendarEntry[] = []
    for (const schedule of schedules)
      entries.push({
        schedule,
        run: runs.find(({ id }) => id === schedule.run) ?? null,
        plan: schedule.run ? null : await planStands(house, schedule.runbook.name),
        planFrom: plannedFrom(schedule.window.start),
        clashes: clashesOf(schedule, schedules, house.environment),
      })
    const others = runs.filter(({ id }) => !schedules.some(({ run }) => run === id))
    return ok({ view: calendarView({ entries, others, days, now }) })
  },
})
