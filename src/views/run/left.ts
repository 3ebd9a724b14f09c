import type { LeftAs, Run } from '../../domain/run.ts'
import { bold, code, say, type Line } from '../../domain/view.ts'
import { clipped, whom } from '../words/line.ts'
import { databaseLine, productLine } from './state.ts'
import type { Standing } from './standing.ts'

/** How a run stands that somebody ended as it is: users first, then the database. */
export const leftLine = (standing: Standing, { open }: LeftAs): Line =>
  say`${productLine(standing)}. ${bold('Ended as it is')}: ${
    open
      ? databaseLine(standing)
      : say`${code(standing.run.plan.approved.runbook.target.database)} could not be looked at`
  }`

/** Who accepted what for what reason, and what is still open, thing by thing. */
export function leftLines({ plan }: Run, { by, reason, available, open }: LeftAs): Line[] {
  const { runbook } = plan.approved
  return [
    say`Accepted by ${whom(by)}: ${clipped(reason, 500)}`,
    ...(open === null
      ? [say`What is open is not known: Lockkeeper could not look at history, access and services`]
      : open.length === 0
        ? [say`Nothing is open: history, access and services are as before the run`]
        : open.map(
            ({ what, found, expected }) =>
              say`${bold('Open:')} ${what}: found ${code(found)}, before the run ${code(expected)}`,
          )),
    ...(available
      ? []
      : [
          say`Lockkeeper tells nobody more of this window: tell those who were notified when ${runbook.product} is available`,
        ]),
    say`What is open is given back by hand, or by the next run on this database that comes to it`,
  ]
}
