import { code, say, type Line } from '../../domain/view.ts'
import type { Asked, ChoiceText } from './choice-text.ts'

// Choices that accept what is: of a service, and of a whole run.

/** The service was told to stop, and may do so later. */
export function acceptDoes({ standing, gate }: Asked): Line {
  const { question } = gate
  const stays =
    question.code === 'step-failed' && question.problem.code === 'service-will-not-stop'
      ? say`keeps ${code(question.problem.service)} running; it was told to stop (${question.problem.signal}) and may do so later`
      : say`keeps the service running`
  const then =
    standing.route === 'roll-back'
      ? say`the migration stays: health and functional requests are checked again, then users are let in`
      : say`${standing.run.plan.kind === 'rollback' ? 'nothing is rolled back' : 'nothing is migrated'}: what was stopped is started, checked, and users are let in`
  return say`${stays}. ${then}`
}

/** Nothing more is given back. */
export const endAsIsChoice: ChoiceText = {
  label: 'End as it is…',
  says: 'Accepts the state that it is in, with your reason. Opens a form',
  does: say`accepts the state that it is in, with your reason: nothing more is given back, what is open is listed, and you choose whether users are let in`,
  style: 'danger',
}
