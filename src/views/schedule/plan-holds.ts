import type { Instant } from '../../domain/json.ts'
import { bold, say, type Line, type Zone } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { typed } from '../words/typed.ts'

/** The open plan of a runbook that is scheduled. */
export interface PlanStands {
  id: string
  blockers: number
  /** Approvals that it waits for. */
  missing: number
  /** Until then its approvals hold. */
  until: Instant
}

export interface ByThen {
  runbook: string
  plan: PlanStands | null
  start: Instant
  /** A plan that is made after it holds until the start. */
  from: Instant
  now: Instant
  zone: Zone
}

/** Whether there is a plan that could be run at a start to come, and what is to be done for it. */
export function planHolds({ runbook, plan, start, from, now, zone }: ByThen): {
  word: 'Passed' | 'Note' | 'Warning'
  line: Line
} {
  const make = say`${typed(`plan ${runbook}`)}`
  const last = { moment: from, zone }
  if (!plan)
    return from > now
      ? {
          word: 'Note',
          line: say`No plan yet. Make it after ${last}, so that its approvals last until the start: ${make}`,
        }
      : { word: 'Warning', line: say`No plan yet. Make it now, and have it approved: ${make}` }
  if (plan.until < start)
    return {
      word: from > now ? 'Note' : 'Warning',
      line: say`Plan ${bold(plan.id)} holds until ${{ moment: plan.until, zone }} only. ${
        from > now ? say`Plan again after ${last}` : 'Plan again now'
      }, and have that plan approved: ${make}`,
    }
  if (plan.blockers > 0)
    return {
      word: 'Warning',
      line: say`Plan ${bold(plan.id)} has ${counted(plan.blockers, 'blocker')}: it cannot be run. See ${typed(`status ${plan.id}`)}`,
    }
  if (plan.missing > 0)
    return {
      word: 'Warning',
      line: say`Plan ${bold(plan.id)} still waits for ${counted(plan.missing, 'approval')}: ${typed(`approve ${plan.id}`)}`,
    }
  return {
    word: 'Passed',
    line: say`Plan ${bold(plan.id)} is approved, and holds until ${{ moment: plan.until, zone }}`,
  }
}
