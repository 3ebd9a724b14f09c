import { planKey } from '../domain/delivery.ts'
import { countBlockers, expiresAt, type Plan } from '../domain/plan.ts'
import { bold, clock, dayAndClock, note, say, text, type Line, type View } from '../domain/view.ts'
import { planOverLine, type ApprovalSaid, type PlanState, type WaitsFor } from './plan.ts'
import { counted } from './words/amounts.ts'
import { joined, whom } from './words/line.ts'
import { subjectOf } from './words/step-names.ts'

/** To somebody who may approve a plan: that it waits for them, or, once it does not any more, why. */
export function approvalAskedView(
  plan: Plan,
  approvals: readonly ApprovalSaid[],
  state: PlanState,
  waitsFor: readonly WaitsFor[],
  person: string,
): View {
  const { channel } = plan.approved.runbook
  const inChannel = say`The plan is in ${{ channel, message: planKey(plan.id) }}, with its SQL and findings.`
  const asked = state === 'open' && countBlockers(plan) === 0
  const says = asked ? waitsFor.filter(({ people }) => people.includes(person)).map((each) => each.says) : []
  if (says.length === 0)
    return {
      state: say`${bold('Nothing to do:')} ${whyOver(plan, approvals, state, person)}`,
      parts: [text(inChannel)],
      actions: [],
    }
  return {
    state: say`${bold(`Plan ${plan.id} needs your approval`)} (${says.join(', ')}): ${subjectOf(plan)}, planned by ${whom(plan.author)}`,
    parts: [text(inChannel), note(say`Approvals hold until ${dayAndClock(expiresAt(plan))}.`)],
    actions: [
      {
        label: 'Approve…',
        says: 'Shows the SQL, the loss and the warnings; you approve there',
        command: 'approve',
        input: { plan: plan.id },
        style: 'primary',
      },
    ],
  }
}

function whyOver(plan: Plan, approvals: readonly ApprovalSaid[], state: PlanState, person: string): Line {
  const own = approvals.find((each) => each.person === person)
  const over = state === 'open' ? null : planOverLine(plan, state)
  if (own) return say`you ${own.says} plan ${plan.id} at ${clock(own.at)}${over ? say`. ${over}` : ''}`
  if (over) return over
  const blockers = countBlockers(plan)
  if (blockers) return say`plan ${plan.id} has ${counted(blockers, 'blocker')} and cannot be run`
  return say`plan ${plan.id} was approved without you: ${joined(approvals.map(({ says, person: by }) => say`${says} by ${whom(by)}`))}`
}
