import type { StepKinds } from './step-kind.ts'
import { admit } from './admit.ts'
import { backup } from './backup.ts'
import { baseline } from './baseline.ts'
import { before } from './before.ts'
import { cancellable } from './cancelled.ts'
import { card } from './card.ts'
import { check } from './check.ts'
import { claim } from './claim.ts'
import { close } from './close.ts'
import { deadline } from './deadline.ts'
import { drain } from './drain.ts'
import { migrate } from './migrate.ts'
import { open } from './open.ts'
import { release } from './release.ts'
import { smoke } from './smoke.ts'
import { start } from './start.ts'
import { stop } from './stop.ts'
import { verify } from './verify.ts'

/** What every kind of step does. All of them stop when they are told to. */
export const kinds: StepKinds = {
  backup: cancellable(backup),
  check: cancellable(check),
  claim: cancellable(claim),
  card: cancellable(card),
  baseline: cancellable(baseline),
  stop: cancellable(stop),
  close: cancellable(close),
  drain: cancellable(drain),
  before: cancellable(before),
  deadline: cancellable(deadline),
  migrate: cancellable(migrate),
  verify: cancellable(verify),
  open: cancellable(open),
  release: cancellable(release),
  start: cancellable(start),
  smoke: cancellable(smoke),
  admit: cancellable(admit),
}
