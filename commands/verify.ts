import { ok } from '../src/domain/result.ts'
import { verificationView } from '../src/views/run/verification.ts'
import { command } from './command.ts'
import { askForRunbook, runbookInput, runbookOf, runbookWords, type RunbookInput } from './runbooks.ts'

/** Looks whether the migration is on the target, and whether the target is as the runbook says then. Reads only. */
export const verify = command<RunbookInput>({
  name: 'verify',
  summary: 'look whether a migration is on the database, as the runbook expects it; only reads',
  example: 'verify add-security-enhancements',
  role: 'operator',
  words: runbookWords,
  input: runbookInput,
  form: (house, _caller, input) => askForRunbook(house, 'Verify', input),
  async handle(house, _caller, input) {
    const runbook = await runbookOf(house, input)
    if (!runbook.ok) return runbook
    const { verifyTarget } = await import('../src/runs/verifying.ts')
    const verified = await verifyTarget(house, runbook.value)
    if (!verified.ok) return verified
    const { applied, seen } = verified.value
    return ok({ view: verificationView(runbook.value, applied, seen, new Date().toISOString()) })
  },
})
