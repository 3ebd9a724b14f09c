import type { Runbook } from '../../domain/runbook.ts'
import type { Window } from '../../domain/schedule.ts'
import { bold, code, say, type Line } from '../../domain/view.ts'
import { zoneOf } from '../words/zoned.ts'

/** Another runbook whose window shares a moment with this one. */
export interface Clash {
  runbook: Pick<Runbook, 'name' | 'product' | 'target' | 'timeZone' | 'timeZoneName'>
  window: Window
  /** The most that both have in common. */
  shares: 'target' | 'product' | 'time'
}

/** What it means that both are at the same time. */
export function clashLine({ runbook, window, shares }: Clash): Line {
  const other = say`${bold(runbook.name)} (${{ window, zone: zoneOf(runbook) }})`
  return {
    target: say`${other} is on ${code(runbook.target.database)} at the same time: one run a database at a time, so one of them cannot start`,
    product: say`${other} takes ${runbook.product} away at the same time: users are told two windows`,
    time: say`${other} is at the same time, on another database`,
  }[shares]
}
