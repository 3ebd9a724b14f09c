import { holdersOf } from '../src/access/roles.ts'
import { operatorRole } from '../src/config.ts'
import { ok } from '../src/domain/result.ts'
import { recentRuns } from '../src/store/runs.ts'
import { whoView } from '../src/views/who.ts'
import { command } from './command.ts'
import { askForRunbook, runbookInput, runbookOf, runbookWords, type RunbookInput } from './runbooks.ts'

/** Who helps with a runbook, who can decide, and by what they can be reached. Pings nobody. */
export const who = command<RunbookInput>({
  name: 'who',
  summary: 'who helps, who can decide, and how they are reached; nobody is pinged',
  example: 'who add-security-enhancements',
  role: 'anyone',
  reads: true,
  words: runbookWords,
  input: runbookInput,
  form: (house, _caller, given) => askForRunbook(house, 'Who', given),
  async handle(house, _caller, given) {
    const found = await runbookOf(house, given)
    if (!found.ok) return found
    const runbook = found.value
    const { config, directory, pool } = house
    const roles = new Set([operatorRole, ...runbook.approvals.map(({ role }) => role)])
    const holders = await Promise.all(
      [...roles].map(async (role) => ({ role, ...(await holdersOf(config, [role], directory)) })),
    )
    const running = (await recentRuns(pool, { runbook: runbook.name }, 10)).find((run) => !run.endedAt)
    return ok({ view: whoView(runbook, holders, running ?? null) })
  },
})
