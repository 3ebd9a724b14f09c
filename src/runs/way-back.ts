import type { Attempt, Run } from '../domain/run.ts'
import type { Problem } from '../domain/problem.ts'
import { hasMigrated, isSettled, lastAttempt, presentRoute, turnOf } from '../domain/route.ts'

/** Why a run has no way back now: it is on it, its users are in, or there is no way down. */
export function whyNoWayBack({ id, plan }: Run, record: readonly Attempt[]): Problem {
  const { routes } = plan.approved
  const route = presentRoute(record)
  if (route !== 'forward') {
    const last = record.at(-1)
    const asksAt = last?.outcome && !last.answer && !isSettled(last) ? last.step : null
    return { code: 'run-goes-back', run: id, by: turnOf(record)?.answer?.by ?? '', asksAt }
  }
  const isOver = routes.forward.every((step) => isSettled(lastAttempt(record, step.id)))
  return hasMigrated(routes, record) && !isOver
    ? { code: 'run-cannot-go-back', run: id }
    : { code: 'run-past-admit', run: id }
}
