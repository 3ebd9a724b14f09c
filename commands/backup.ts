import { z } from 'zod'
import { ok } from '../src/domain/result.ts'
import { start } from '../src/runs/starting.ts'
import { backupsOf } from '../src/store/backups.ts'
import { backupsView } from '../src/views/run/backups.ts'
import { runBegun } from '../src/views/run/said.ts'
import { command } from './command.ts'
import { askForRunbook, runbookInput, runbookOf } from './runbooks.ts'

const input = runbookInput.extend({ list: z.boolean().optional() })

/** Backs a target up now, or lists its backups. */
export const backup = command<z.output<typeof input>>({
  name: 'backup',
  summary: 'back the database up now, and prove that it can be read; `backup list` shows what there is',
  example: 'backup add-security-enhancements',
  role: 'operator',
  words: ([first, second]) => (first === 'list' ? { list: true, runbook: second } : { runbook: first }),
  input,
  async form(house, _caller, given) {
    return given.list ? ok(undefined) : askForRunbook(house, 'Back up', given)
  },
  async handle(house, caller, given) {
    if (given.list && !given.runbook) return ok({ view: backupsView(await backupsOf(house.pool, {}), null) })
    const runbook = given.list
      ? await house.runbooks.find(given.runbook ?? '')
      : await runbookOf(house, given)
    if (!runbook.ok) return runbook
    const { name } = runbook.value
    if (given.list) return ok({ view: backupsView(await backupsOf(house.pool, { runbook: name }), name) })
    const { planRunbook } = await import('../src/runs/planning.ts')
    const made = await planRunbook(house, {
      runbook: runbook.value,
      kind: 'backup',
      caller,
      ours: house.ours,
    })
    if (!made.ok) return made
    const { plan } = made.value
    const started = await start(house.pool, plan.id, caller)
    return started.ok ? ok({ view: runBegun(plan, started.value.run), run: started.value.run }) : started
  },
})
