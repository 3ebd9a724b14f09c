import type { StepKind } from './step-kind.ts'

/** Identity, the advisory lock on the target itself, and the fence. Held from here to the run's end, in any process. */
export const claim: StepKind<'claim'> = {
  resume: 'retry',
  perform: (at) => at.world.takeClaim(),
}
