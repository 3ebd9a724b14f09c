import type { PlanOutline } from './plan.ts'
import { requestsFor, type Service } from './runbook.ts'
import type { Kind, Step } from './step.ts'

/** Seconds for what is done in a moment, or not at all. */
const moment = 60

/** Seconds. It counts rows of whole tables, which may take ten minutes (`plan/loss-in-time.ts`); users are in. */
const counting = 900

/** Bytes per second: half of what a backup was measured with, as estimates have it. */
const slowBackup = 25e6

type Limits = { [K in Kind]: (step: Extract<Step, { kind: K }>, plan: Planned) => number }
type Planned = Pick<PlanOutline, 'approved' | 'measured'>

const runbookOf = ({ approved }: Planned) => approved.runbook
const serviceOf = (plan: Planned, name: string): Service | undefined =>
  runbookOf(plan).services.find((service) => service.name === name)
const oneStatement = (plan: Planned): number => runbookOf(plan).window.statementTimeout / 1000

const requestsWithin = (plan: Planned, release: 'before' | 'after'): number =>
  requestsFor(runbookOf(plan), release).reduce((sum, { expect }) => sum + expect.within / 1000, 0)

const limits: Limits = {
  backup: (_, { measured }) => moment + measured.databaseBytes / slowBackup,
  check: () => counting,
  claim: () => moment,
  card: () => moment,
  baseline: (_, plan) => moment + requestsWithin(plan, 'before'),
  stop: ({ with: { service } }, plan) => {
    // A plan of an earlier release has no `watch`.
    const { within = 0, watch = 0 }: Partial<Service['stop']> = serviceOf(plan, service)?.stop ?? {}
    return (within + watch) / 1000
  },
  close: () => moment,
  drain: ({ with: { seconds } }) => seconds,
  before: (_, plan) => oneStatement(plan),
  deadline: () => moment,
  migrate: (_, plan) => {
    const { lockTimeout, lockAttempts } = runbookOf(plan).window
    return (lockTimeout * lockAttempts) / 1000 + oneStatement(plan)
  },
  verify: (_, plan) => oneStatement(plan),
  open: () => moment,
  release: (_, plan) => runbookOf(plan).window.within / 1000,
  start: ({ with: { service } }, plan) => (serviceOf(plan, service)?.health.within ?? 0) / 1000,
  smoke: ({ with: { as } }, plan) => requestsWithin(plan, as),
  admit: () => moment,
}

/**
 * Seconds after which a step of this kind has failed or asks, by the limits of its runbook: longer than that it hangs. A
 * kind of a newer release (its plan may outlive this process) has a moment.
 */
export const limitOf = (step: Step, plan: Planned): number =>
  (limits[step.kind] as ((step: Step, plan: Planned) => number) | undefined)?.(step, plan) ?? moment
