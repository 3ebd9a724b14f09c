import { z } from 'zod'
import { failure, ok, type Result } from '../src/domain/result.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import type { Schedule } from '../src/domain/schedule.ts'
import { callOff, schedule as keep } from '../src/runs/scheduling.ts'
import { openScheduleOf } from '../src/store/schedules.ts'
import { callOffForm, confirmForm, whenForm } from '../src/views/schedule/form.ts'
import { calledOffSaid, scheduledSaid } from '../src/views/schedule/said.ts'
import { command, type Asked, type House } from './command.ts'
import { beforeOf, outlookOf } from './outlook.ts'
import { askForRunbook, runbookOf } from './runbooks.ts'

const example = 'schedule add-security-enhancements thursday 04:00'

/** As long as a notice shows in full. */
const mostCharacters = 300

const input = z.object({
  runbook: z.string().trim().optional(),
  /** As it was typed; `off` calls it off. */
  when: z.string().trim().optional(),
  /** Where it is meant, if it names no zone. */
  zone: z.string().optional(),
  reason: z.string().trim().max(mostCharacters, `is longer than ${mostCharacters} characters`).optional(),
  /** The start that was read back. */
  start: z.iso.datetime().optional(),
  /** What the person saw of the schedule; null: there was none. */
  seen: z.object({ id: z.string(), moves: z.int() }).nullable().optional(),
  /** The target's database, where nobody types it at the start. */
  database: z.string().optional(),
})
type Input = z.output<typeof input>

const off = 'off'
const isOff = ({ when }: Input): boolean => when?.toLowerCase() === off

/** Agrees on a time, moves it, or calls it off. It is read back before it counts. */
export const schedule = command<Input>({
  name: 'schedule',
  summary: 'agree on when it runs, move that, or call it `off`; who is told is shown first',
  example,
  role: 'operator',
  words: ([runbook, ...words]) => {
    if (words[0]?.toLowerCase() !== off) return { runbook, ...(words.length && { when: words.join(' ') }) }
    const reason = words.slice(1).join(' ')
    return { runbook, when: off, ...(reason && { reason }) }
  },
  input,
  async form(house, caller, given) {
    const which = await askForRunbook(house, 'Schedule', given)
    if (!which.ok || which.value) return which.ok ? ok({ ...which.value, more: true } as Asked<Input>) : which
    const found = await runbookOf(house, given)
    if (!found.ok) return found
    const runbook = found.value
    const open = await openScheduleOf(house.pool, runbook.name)
    if (open?.run) return failure({ code: 'schedule-runs', runbook: runbook.name, run: open.run })
    if (isOff(given)) return askToCallOff(house, runbook, open, given)
    const { knownZone } = await import('../src/when/zones.ts')
    const zone = await house.directory.zoneOf(caller.person)
    const own = zone && knownZone(zone)
    if (given.when === undefined) {
      const form = whenForm(
        runbook,
        open && (await beforeOf(house, open)),
        own === runbook.timeZone ? null : own,
      )
      return ok({ form, input: { runbook: runbook.name }, more: true })
    }
    return readBack(house, runbook, open, { when: given.when, zone: given.zone, own })
  },
  async handle(house, caller, given) {
    const found = await runbookOf(house, given)
    if (!found.ok) return found
    const runbook = found.value
    const { pool } = house
    if (isOff(given)) {
      const reason = given.reason ? house.secrets.redact(given.reason) : null
      if (!given.seen) return failure({ code: 'schedule-none', runbook: runbook.name })
      const done = await callOff(pool, { runbook: runbook.name, reason, seen: given.seen }, caller)
      return done.ok
        ? ok({ view: calledOffSaid(done.value, (await beforeOf(house, done.value)).told) })
        : done
    }
    if (!given.start || given.seen === undefined)
      return failure({
        code: 'input-wrong',
        command: 'schedule',
        faults: [{ field: 'when', why: 'is missing' }],
        example,
      })
    const { database } = runbook.target
    const typed = given.database ?? ''
    if (runbook.window.startsBy === 'clock' && typed.trim().toLowerCase() !== database.toLowerCase())
      return failure({ code: 'name-mistyped', typed, name: database })
    const kept = await keep(pool, { runbook, start: given.start, seen: given.seen }, caller)
    if (!kept.ok) return kept
    return ok({ view: scheduledSaid(kept.value.schedule, kept.value.from, new Date().toISOString()) })
  },
})

/** Whoever was told is told again: how many that are is read first. */
async function askToCallOff(
  house: House,
  runbook: Runbook,
  open: Schedule | null,
  given: Input,
): Promise<Result<Asked<Input>>> {
  if (!open) return failure({ code: 'schedule-none', runbook: runbook.name })
  const reason = given.reason ? house.secrets.redact(given.reason) : null
  const seen = { id: open.id, moves: open.moves }
  const input: Input = { runbook: runbook.name, when: off, seen, ...(reason && { reason }) }
  return ok({ form: callOffForm(open.runbook, await beforeOf(house, open), reason), input })
}

interface Meant {
  when: string
  zone: string | undefined
  own: string | null
}

/** What a time means, and all that follows from it. */
async function readBack(
  house: House,
  runbook: Runbook,
  open: Schedule | null,
  { when, zone, own }: Meant,
): Promise<Result<Asked<Input>>> {
  const [{ readTime }, { typeableIn }, { knownZone }] = await Promise.all([
    import('../src/when/read-time.ts'),
    import('../src/when/readings.ts'),
    import('../src/when/zones.ts'),
  ])
  const { name, timeZone, timeZoneName } = runbook
  const now = new Date().toISOString()
  const zoneNames = timeZoneName ? { [timeZoneName]: timeZone } : {}
  const read = readTime(when, { zone: knownZone(zone ?? '') ?? timeZone, zoneNames, now })
  if (!read.ok) return read
  const start = read.value.at
  const elsewhere = own && !zone && read.value.assumed ? readTime(when, { zone: own, zoneNames, now }) : null
  const otherwise =
    own && elsewhere?.ok && elsewhere.value.at !== start ? typeableIn(elsewhere.value.at, own) : null
  const outlook = await outlookOf(house, { runbook, start, open }, { own, otherwise, now })
  const seen = open && { id: open.id, moves: open.moves }
  return ok({ form: confirmForm(outlook), input: { runbook: name, start, seen } })
}
