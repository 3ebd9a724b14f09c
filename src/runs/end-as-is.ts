import { isAvailable, notUndone } from '../domain/observed-state.ts'
import { done, type Outcome } from '../domain/outcome.ts'
import type { Problem } from '../domain/problem.ts'
import type { Answer } from '../domain/question.ts'
import type { Attempt, LeftAs } from '../domain/run.ts'
import { letUsersIn } from '../steps/let-users-in.ts'
import { look, type TakenUp } from './check-state.ts'

/** What somebody chose who ends a run as it is. */
interface Chosen {
  reason: string
  users: 'in' | 'out'
}

const chosenBy = ({ with: given }: Answer): Chosen => {
  const { reason = '', users = 'out' } = (given ?? {}) as Partial<Chosen>
  return { reason, users }
}

/**
 * How a run is left that somebody ends as it is: users are let in where they chose so, then the target is looked at. Where
 * that is impossible it asks once more; chosen again although the same keeps it from the target, the run ends unseen.
 */
export async function leaveAsIs(at: TakenUp): Promise<Outcome<LeftAs>> {
  const answered = at.record.at(-1)
  if (!answered?.answer) throw new Error(`nobody ended ${at.run.id}`)
  const { reason, users } = chosenBy(answered.answer)
  const { by } = answered.answer
  const found = await settleAndLook(at, users)
  if (found.status === 'failed')
    return isSameFailure(answered, found.problem) ? done(unseen(answered)) : found
  if (found.status !== 'done') return found
  const { recorded, seen } = found.facts
  const open = notUndone(recorded, seen)
  return done({ by, reason, available: isAvailable(recorded, seen), open })
}

/** Nobody could look at the target: nothing is known of it. */
export function unseen({ answer }: Attempt): LeftAs {
  if (!answer) throw new Error('nobody ended the run')
  return { by: answer.by, reason: chosenBy(answer).reason, available: false, open: null }
}

/** Whether people were asked about this failure already when they ended the run. */
export const isSameFailure = ({ outcome }: Attempt, problem: Problem): boolean =>
  outcome?.status === 'failed' && outcome.problem.code === problem.code

async function settleAndLook(at: TakenUp, users: Chosen['users']): ReturnType<typeof look> {
  const claim = await at.world.takeClaim()
  if (claim.status !== 'done') return claim
  if (users === 'in') {
    const letIn = await letUsersIn(at)
    if (letIn.status !== 'done') return letIn
  }
  return look(at, { step: at.step.id, attempt: at.attempt })
}
