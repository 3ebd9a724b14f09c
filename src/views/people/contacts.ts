import type { Contact, EscalationStep } from '../../domain/escalation.ts'
import type { Runbook } from '../../domain/runbook.ts'
import { bold, code, person, say, type Line } from '../../domain/view.ts'
import { milliseconds } from '../words/amounts.ts'
import { joined } from '../words/line.ts'

/** By what somebody can be reached: `@mei in Slack, +230-…, cto@morishr.com`. */
export function reachLine({ person: id, group, onCall, email, webhook, phone }: Contact): Line {
  const ways: Line[] = [
    ...(id ? [say`${person(id)} in Slack`] : []),
    ...(group ? [say`Slack user group ${code(group)}`] : []),
    ...(onCall ? [['who is on call']] : []),
    ...(webhook ? [['a webhook']] : []),
    ...(phone ? [[phone]] : []),
    ...(email ? [[email]] : []),
  ]
  return ways.length ? joined(ways) : ['nothing is written down']
}

/** Whether we wake them; others are called by people. E-mail alone wakes nobody. */
export const isPinged = ({ person: id, group, onCall, webhook }: Contact): boolean =>
  [id, group, onCall, webhook].some((way) => way !== undefined)

const after = (ms: number): string => (ms === 0 ? 'at once' : `after ${milliseconds(ms)}`)

/** When a step comes: `after 15 min, after 5 min while users are out`. */
export function timesLine(step: EscalationStep): Line {
  const times = [
    ...(step.after === undefined ? [] : [after(step.after)]),
    ...(step.whileOut === undefined ? [] : [`${after(step.whileOut)} while users are out`]),
    ...(step.whenCritical === undefined
      ? []
      : [`${step.after === undefined ? 'only ' : ''}${after(step.whenCritical)} when it is critical`]),
  ]
  return [times.join(', ')]
}

/** `DBA on call (after 15 min, after 5 min while users are out)`. */
export function contactTimes({ escalation }: Pick<Runbook, 'escalation'>, role: string): Line {
  const steps = escalation.filter(({ contact }) => contact === role)
  return say`${bold(role)} (${joined(steps.map(timesLine))})`
}
