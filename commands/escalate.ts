import { z } from 'zod'
import { failure, ok } from '../src/domain/result.ts'
import { call } from '../src/runs/calling.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { escalatedSaid, escalateForm } from '../src/views/people/escalate.ts'
import { command } from './command.ts'
import { askForRun, runMeant, runsUnderWay } from './runs.ts'

/** As long as a ping shows in full. */
const mostCharacters = 300

const critical = 'critical'

const input = z.object({
  run: z.string().trim().toUpperCase().optional(),
  reason: z
    .string()
    .trim()
    .min(1, 'is empty: those who are pinged read why')
    .max(mostCharacters, `is longer than ${mostCharacters} characters`)
    .optional(),
  impact: z.enum(['usual', critical]).optional(),
})
type Input = z.output<typeof input>

/** Calls the people of the runbook's escalation. */
export const escalate = command<Input>({
  name: 'escalate',
  summary: `call the people that the runbook names; \`${critical}\` before the reason also those for critical impact`,
  example: 'escalate 7F3A-1 payroll stands still',
  role: 'operator',
  words: ([run, ...said]) => {
    const isCritical = said[0]?.toLowerCase() === critical
    const reason = said.slice(isCritical ? 1 : 0).join(' ')
    return {
      run,
      ...(reason && { reason }),
      ...((isCritical || reason) && { impact: isCritical ? critical : 'usual' }),
    }
  },
  input,
  async form(house, _caller, given) {
    const runs = given.run ? [] : await runsUnderWay(house, 'all')
    if (runs.length > 1) return ok(askForRun('Escalate', given, runs))
    const run = await runMeant(house, given.run, runs)
    if (!run.ok) return run
    if (given.reason && given.impact) return ok(undefined)
    return ok({
      form: escalateForm(run.value, await attemptsOf(house.pool, run.value.id)),
      input: { ...given, run: run.value.id },
    })
  },
  async handle(house, caller, given) {
    const meant = await runMeant(house, given.run, given.run ? [] : await runsUnderWay(house, 'all'))
    if (!meant.ok) return meant
    if (!given.reason)
      return failure({
        code: 'input-wrong',
        command: 'escalate',
        faults: [{ field: 'reason', why: 'is missing: those who are pinged read why' }],
        example: 'escalate 7F3A-1 payroll stands still',
      })
    const why = { reason: house.secrets.redact(given.reason), critical: given.impact === critical }
    const called = await call(house.pool, meant.value.id, why, caller)
    if (!called.ok) return called
    const { run, alarms } = called.value
    return ok({ view: escalatedSaid(run, await attemptsOf(house.pool, run.id), alarms) })
  },
})
