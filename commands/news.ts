import { z } from 'zod'
import { failure, ok } from '../src/domain/result.ts'
import { tellNews } from '../src/runs/news.ts'
import { newsForm, newsSaid } from '../src/views/notice/news.ts'
import { command } from './command.ts'
import { askForRun, runMeant, runsUnderWay } from './runs.ts'

/** As long as people read in a message that they did not ask for. */
const mostCharacters = 500

const example = 'news 7F3A-1 The database is fine. We wait for the application to start.'

const input = z.object({
  run: z.string().trim().toUpperCase().optional(),
  says: z
    .string()
    .trim()
    .min(1, 'is empty: people read it')
    .max(mostCharacters, `is longer than ${mostCharacters} characters`)
    .optional(),
})

/** What people who wait are told, besides that they still wait. */
export const news = command<z.output<typeof input>>({
  name: 'news',
  summary: 'tell everybody who waits more than that users are still out',
  example,
  role: 'operator',
  words: ([run, ...said]) => ({ run, ...(said.length > 0 && { says: said.join(' ') }) }),
  input,
  async form(house, _caller, given) {
    const runs = given.run ? [] : await runsUnderWay(house, 'all')
    if (runs.length > 1) return ok(askForRun('News', given, runs))
    const run = await runMeant(house, given.run, runs)
    if (!run.ok) return run
    if (given.says) return ok(undefined)
    return ok({ form: newsForm(run.value), input: { ...given, run: run.value.id } })
  },
  async handle(house, caller, given) {
    const run = await runMeant(house, given.run, given.run ? [] : await runsUnderWay(house, 'all'))
    if (!run.ok) return run
    if (!given.says)
      return failure({
        code: 'input-wrong',
        command: 'news',
        faults: [{ field: 'says', why: 'is missing: people read it' }],
        example,
      })
    const says = house.secrets.redact(given.says)
    const told = await tellNews(house.pool, { run: run.value.id, says }, caller)
    return told.ok ? ok({ view: newsSaid(told.value) }) : told
  },
})
