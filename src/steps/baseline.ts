import type { StepKind } from './step-kind.ts'
import { askBaseline } from '../plan/baseline.ts'
import { done, unneeded } from '../domain/outcome.ts'
import { cancelled } from './cancelled.ts'

/**
 * Right before the first service stops: what the smoke test is going to ask, asked of the release that is up. What fails
 * is no reason to stop here; the plan has warned of it, and the smoke test tells it from what is new.
 */
export const baseline: StepKind<'baseline'> = {
  resume: 'retry',
  async perform(at) {
    const asked = await askBaseline(at.run.plan.approved.runbook, at.world.environment, at.signal)
    // What was not asked any more would be taken for what had failed.
    if (at.signal.aborted) return cancelled(at)
    return asked ? done({ checks: asked }) : unneeded('nothing-runs')
  },
}
