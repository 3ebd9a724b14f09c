import type { Contact, EscalationStep } from '../domain/escalation.ts'
import { code, person, say, type Line } from '../domain/view.ts'
import { milliseconds } from './amounts.ts'
import { joined } from './line.ts'

/** By what somebody can be reached: `@mei in Slack, +230-…, cto@morishr.com`. */
export function reachLine({ person: id, group, email, phone }: Contact): Line {
  const ways: Line[] = [
    ...(id ? [say`${person(id)} in Slack`] : []),
    ...(group ? [say`Slack user group ${code(group)}`] : []),
    ...(phone ? [[phone]] : []),
    ...(email ? [[email]] : []),
  ]
  return ways.length ? joined(ways) : ['nothing is written down']
}

/** Whether we ping them; others are called by people. */
export const isPinged = ({ person: id, group }: Contact): boolean => id !== undefined || group !== undefined

const after = (ms: number): string => (ms === 0 ? 'at once' : `after ${milliseconds(ms)}`)

/** When a step comes: `after 15 min, while users are out after 5 min`. */
export function timesLine(step: EscalationStep): Line {
  const times = [
    ...(step.after === undefined ? [] : [after(step.after)]),
    ...(step.whileOut === undefined ? [] : [`while users are out ${after(step.whileOut)}`]),
    ...(step.whenCritical === undefined
      ? []
      : [`${step.after === undefined ? 'only ' : ''}when it is critical ${after(step.whenCritical)}`]),
  ]
  return [times.join(', ')]
}
