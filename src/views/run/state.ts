import { bold, clock, code, say, type Line } from '../../domain/view.ts'
import { isDown } from './choices.ts'
import { whom } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { about, seconds } from '../words/amounts.ts'
import { isSeenUndone } from './undone.ts'
import { secondsDown, type Standing } from './standing.ts'

/** `HRMS is down since 03:01:12`, `HRMS is up`, `HRMS is back since 03:01:25: down for 13 s of about 14 s`; with a wait, `down for 14 s, of which 4 s waited for an answer`. */
export function productLine(standing: Standing): Line {
  const { run, backAt } = standing
  const { product } = run.plan.approved.runbook
  if (isDown(standing) && run.windowBegan)
    return say`${bold(`${product} is down`)} since ${clock(run.windowBegan)}`
  const down = secondsDown(standing)
  if (run.ending === 'undone-by-hand' || isSeenUndone(standing.gate))
    return say`${bold(`${product} is up`)}${run.windowBegan ? say`; it went down at ${moment(run.windowBegan, backAt ?? run.windowBegan)} and users were let in by hand` : []}`
  if (backAt && down)
    return say`${bold(`${product} is back`)} since ${moment(backAt, run.windowBegan ?? backAt)}: down for ${downFor(down)}`
  return [bold(`${product} is up`)]
}

/** What an estimate cannot know, the wait for people, is said beside it. */
function downFor({ was, waited, planned }: NonNullable<ReturnType<typeof secondsDown>>): string {
  if (waited < 1) return `${seconds(was)}${planned > 0 ? ` of about ${about(planned)}` : ''}`
  const expected = planned > 0 ? `, beside about ${about(planned)} that were planned` : ''
  return `${seconds(was)}, of which ${about(waited)} waited for an answer${expected}`
}

/** What is known of the database, and no more: `hrms_master is unchanged`. */
export function databaseLine(standing: Standing): Line {
  const { run, database, reached } = standing
  const { title, target } = run.plan.approved.runbook
  const base = code(target.database)
  const goesDown = run.plan.kind === 'rollback'
  switch (database) {
    case 'as before':
      return say`${base} is unchanged`
    case 'as after':
      return goesDown ? say`${title} is no longer on ${base}` : say`${title} is on ${base}`
    case 'partly':
      if (reached && 'between' in reached)
        return say`${base} was moved a part of the way: its history ends at ${code(reached.between)}`
      if (reached && 'half' in reached)
        return say`a part of ${code(reached.half)} is on ${base}: it does not commit as a whole`
      return say`parts of ${title} may be on ${base}: it does not commit as a whole`
    case 'unknown':
      return say`whether ${base} changed is not known yet; it is looked at before anything else is done`
    case 'unlike':
      return unlikeLine(standing)
  }
}

/** Somebody went on although the database was not found to be as before: what is known of it then. */
export function unlikeLine({ run, passedOver }: Pick<Standing, 'run' | 'passedOver'>): Line {
  const base = code(run.plan.approved.runbook.target.database)
  const by = whom(passedOver?.answer?.by ?? '')
  const outcome = passedOver?.outcome
  return outcome?.status === 'failed' && outcome.problem.code === 'verification-failed'
    ? say`${base} ${bold('is not as before')}, and ${by} went on`
    : say`${bold('nobody knows')} whether ${base} is as before: it could not be looked at, and ${by} went on`
}
