import { z } from 'zod'
import { ok } from '../src/domain/result.ts'
import { take as record } from '../src/runs/calling.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { openGateOf } from '../src/store/gates.ts'
import { takenSaid } from '../src/views/people/call.ts'
import { command } from './command.ts'
import { askForRun, runMeant, runsUnderWay } from './runs.ts'

const input = z.object({ run: z.string().trim().toUpperCase().optional() })

/** "I have it": the others are left alone, and questions come to whoever says so. */
export const take = command<z.output<typeof input>>({
  name: 'take',
  summary: 'say that you have a run: nobody else is pinged, and its questions come to you',
  example: 'take 7F3A-1',
  role: 'operator',
  words: ([run]) => ({ run }),
  input,
  async form(house, _caller, given) {
    const runs = given.run ? [] : await runsUnderWay(house, 'all')
    return ok(runs.length > 1 ? askForRun('Take', given, runs) : undefined)
  },
  async handle(house, caller, given) {
    const meant = await runMeant(house, given.run, given.run ? [] : await runsUnderWay(house, 'all'))
    if (!meant.ok) return meant
    const taken = await record(house.pool, meant.value.id, caller)
    if (!taken.ok) return taken
    const { run, until } = taken.value
    const [attempts, gate] = [await attemptsOf(house.pool, run.id), await openGateOf(house.pool, run.id)]
    return ok({ view: takenSaid(run, until, { attempts, gate }) })
  },
})
