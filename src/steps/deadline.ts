import type { StepKind } from './step-kind.ts'
import { done, failed } from '../domain/outcome.ts'

/** No migration unless there is time for it, for its way back and for the start. */
export const deadline: StepKind<'deadline'> = {
  resume: 'retry',
  async perform(at) {
    const { needsSeconds } = at.with
    // Without a stop no window began: it begins with the migration.
    const ends = at.run.deadline
      ? Date.parse(at.run.deadline)
      : Date.now() + at.run.plan.approved.runbook.window.within
    const spareSeconds = Math.floor((ends - Date.now()) / 1000) - needsSeconds
    const deadline = new Date(ends).toISOString()
    return spareSeconds > 0
      ? done({ deadline, spareSeconds })
      : failed({ code: 'deadline-near', deadline, needsSeconds })
  },
}
