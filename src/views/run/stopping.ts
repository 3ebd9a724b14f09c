import type { Run } from '../../domain/run.ts'
import type { Kind, Step } from '../../domain/step.ts'
import { say, type Line } from '../../domain/view.ts'
import { stepName } from '../words/step-names.ts'

const whole = 'it ends at a point where nothing is half done'

/** What is left of a step that is told to stop while it works. */
const leaves: { [K in Kind]: (step: Extract<Step, { kind: K }>, run: Run) => string } = {
  backup: () => 'what was written of the backup does not count as one',
  check: () => whole,
  claim: () => whole,
  card: () => whole,
  baseline: () => 'requests that were sent by then have had their effect',
  stop: ({ with: { service } }) =>
    `if ${service} was told to stop by then, it does all the same, and is started again`,
  close: () => whole,
  drain: () => 'sessions that were ended by then stay ended',
  before: () => whole,
  deadline: () => whole,
  migrate: ({ with: { direction } }, run) => migrationLeaves(run, direction),
  verify: () => whole,
  open: () => whole,
  release: ({ with: { service } }) =>
    `the command for ${service} is ended where it is, and what it did by then stays; then the command for the other release runs, where the runbook has one`,
  start: ({ with: { service } }) => `if ${service} was started by then, it is stopped again`,
  smoke: () => 'requests that were sent by then have had their effect',
  admit: () => 'users are let in as a whole or not at all; if they are in by then, nothing is cancelled',
}

/** Each script, and each of its units, commits by itself; a program does so by migration. */
function migrationLeaves({ plan: { approved } }: Run, direction: 'up' | 'down'): string {
  const scripts = approved.prepared?.[direction]?.scripts ?? []
  const units = scripts.flatMap((script) => script.units)
  return units.length === 1 && units[0]?.in === 'transaction'
    ? 'its transaction is rolled back as a whole; if it has committed by then, the run asks'
    : 'what it is at is rolled back, as far as a transaction holds it; parts that have committed by then stay, and then the run asks'
}

/** What it means for the present step that a run is cancelled while it works. */
export function stoppingLine(step: Step, run: Run): Line {
  // A kind and its step belong together; TypeScript cannot follow a lookup by union.
  const left = (leaves[step.kind] as (step: Step, run: Run) => string)(step, run)
  return say`The present step, ${stepName(step)}, is stopped first: ${left}.`
}
