import { peopleOf } from '../src/access/roles.ts'
import { ok } from '../src/domain/result.ts'
import { audiencesReached } from '../src/plan/findings-audiences.ts'
import { command } from './command.ts'
import { callsOf } from './reached.ts'
import { askForRunbook, runbookInput, runbookOf, runbookWords, type RunbookInput } from './runbooks.ts'
import { planSaid } from './shown.ts'

/** Looks at the target, and says what a run would do. Changes nothing. */
export const plan = command<RunbookInput>({
  name: 'plan',
  summary: 'look at the target and say what a migration would do; nothing is run',
  example: 'plan add-security-enhancements',
  role: 'operator',
  words: runbookWords,
  input: runbookInput,
  form: (house, _caller, input) => askForRunbook(house, 'Plan', input),
  async handle(house, caller, input) {
    const runbook = await runbookOf(house, input)
    if (!runbook.ok) return runbook
    const { planRunbook } = await import('../src/runs/planning.ts')
    const made = await planRunbook(house, {
      runbook: runbook.value,
      kind: 'migrate',
      caller,
      ours: house.ours,
      peopleOf: (role) => peopleOf(house.config, role, house.directory),
      besides: await Promise.all([
        audiencesReached(runbook.value, house.directory, house.config.mail !== null),
        callsOf(house, runbook.value),
      ]),
    })
    if (!made.ok) return made
    return ok({ view: await planSaid(house, made.value, caller) })
  },
})
