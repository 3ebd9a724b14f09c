import type { Done } from '../../domain/step.ts'
import type { Standing } from './standing.ts'
import { bold, code, say, text, type Part } from '../../domain/view.ts'

/**
 * What people can do when a step of a way back fails for good: no choice leads forward from there, since that would be
 * another migration, which nobody approved. Nothing where no card was written.
 */
export function byHand(standing: Standing): Part[] {
  const { route } = standing
  const file = cardFile(standing)
  if (route === 'forward' || !file) return []
  const onlyBack =
    route === 'roll-back'
      ? say`This run can only end on its way back; the migration is planned again after that. `
      : []
  return [
    text(
      say`${onlyBack}If ${bold('Retry')} goes on failing: the break-glass card, in this run’s thread and in ${code(file)} on Lockkeeper’s host, has every command for what is left, from the top; of its lines “Only if”, the history tells which hold. Lockkeeper does nothing while it waits. Then Retry: it looks first, and asks where it finds what it did not expect.`,
    ),
  ]
}

function cardFile({ run, record }: Standing): string | null {
  const card = run.plan.approved.routes.forward.find(({ kind }) => kind === 'card')?.id
  const outcome = record.findLast(({ step }) => step === card)?.outcome
  return outcome?.status === 'done' ? (outcome.facts as Done['card']).file : null
}
