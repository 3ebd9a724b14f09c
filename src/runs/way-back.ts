import type { Attempt, Run } from '../domain/run.ts'
import type { Problem } from '../domain/problem.ts'
import { hasMigrated, isSettled, lastAttempt, presentRoute } from '../domain/route.ts'

/** Why a run has no way back now: it is on it, its users are in, or there is no way down. */
export function whyNoWayBack({ id, plan }: Run, record: readonly Attempt[]): Problem {
  const { routes } = plan.approved
  const route = presentRoute(record)
  if (route !== 'forward') {
    const turned = record.findLast(({ answer }) => answer?.choice === route)
    return { code: 'run-goes-back', run: id, by: turned?.answer?.by ?? '' }
  }
  const isOver = routes.forward.every((step) => isSettled(lastAttempt(record, step.id)))
  return hasMigrated(routes, record) && !isOver
    ? { code: 'run-cannot-go-back', run: id }
    : { code: 'run-past-admit', run: id }
}
