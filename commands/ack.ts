import { z } from 'zod'
import { ok } from '../src/domain/result.ts'
import { acknowledge } from '../src/runs/calling.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { openGateOf } from '../src/store/gates.ts'
import { acknowledgedSaid } from '../src/views/people/call.ts'
import { command } from './command.ts'
import { askForRun, runMeant, runsUnderWay } from './runs.ts'

const input = z.object({ run: z.string().trim().toUpperCase().optional() })

/** Acknowledges a run: the others are left alone, and questions come to whoever says so. */
export const ack = command<z.output<typeof input>>({
  name: 'ack',
  aliases: ['take'],
  summary: 'acknowledge a run: nobody else is pinged, and its questions come to you',
  example: 'ack 7F3A-1',
  role: 'operator',
  words: ([run]) => ({ run }),
  input,
  async form(house, _caller, given) {
    const runs = given.run ? [] : await runsUnderWay(house, 'all')
    return ok(runs.length > 1 ? askForRun('Acknowledge', given, runs) : undefined)
  },
  async handle(house, caller, given) {
    const meant = await runMeant(house, given.run, given.run ? [] : await runsUnderWay(house, 'all'))
    if (!meant.ok) return meant
    const taken = await acknowledge(house.pool, meant.value.id, caller)
    if (!taken.ok) return taken
    const { run } = taken.value
    const [attempts, gate] = [await attemptsOf(house.pool, run.id), await openGateOf(house.pool, run.id)]
    return ok({ view: acknowledgedSaid(taken.value, { attempts, gate }) })
  },
})
