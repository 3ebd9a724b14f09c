import { z } from 'zod'
import type { Runbook } from '../src/domain/runbook.ts'
import type { Result } from '../src/domain/result.ts'
import { ok } from '../src/domain/result.ts'
import type { Form } from '../src/domain/view.ts'
import { selectForm } from '../src/views/forms.ts'
import type { House } from './command.ts'

/** Input of a command whose object is a runbook; without one it is asked for. */
export const runbookInput = z.object({ runbook: z.string().trim().optional() })
export type RunbookInput = z.output<typeof runbookInput>

/** `plan add-security-enhancements reason …`: the first word names the runbook. */
export const runbookWords = ([runbook]: readonly string[]): unknown => ({ runbook })

/** Asks for the runbook where none was named and there is more than one. */
export async function askForRunbook(
  house: House,
  title: string,
  input: RunbookInput,
): Promise<Result<{ form: Form; input: RunbookInput } | undefined>> {
  if (input.runbook) return ok(undefined)
  const { runbooks } = await house.runbooks.all()
  if (runbooks.length < 2) return ok(undefined)
  const options = runbooks.map(({ name, title: says }) => ({ value: name, label: name, hint: says }))
  return ok({ form: selectForm(title, title, { name: 'runbook', label: 'Runbook' }, options), input })
}

/** The runbook of an input: the one that is named, or the only one there is. */
export async function runbookOf(house: House, input: RunbookInput): Promise<Result<Runbook>> {
  if (input.runbook) return house.runbooks.find(input.runbook)
  const { runbooks } = await house.runbooks.all()
  return house.runbooks.find(runbooks.length === 1 ? (runbooks[0]?.name ?? '') : '')
}
