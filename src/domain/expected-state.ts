import type { Debt } from './debt.ts'
import type { Approved } from './plan.ts'
import type { Reached } from './reached.ts'
import type { Attempt } from './run.ts'
import type { Done, Step } from './step.ts'
import { presentRoute, stateAsked } from './route.ts'

/** Who may connect to the target: who could before the run, the bot alone, or the application besides. */
export type AccessState = 'as-before' | 'closed' | 'application-only'

/**
 * `stopping`: gone, or still the process that ran before. `started`: it runs, or ended since, which the smoke test sees.
 * `tested`: the process that passed the smoke test runs. `version`: what it says it is, where it says that.
 */
export type ExpectedService =
  | { is: 'stopped' }
  | { is: 'stopping'; process: string | null }
  | { is: 'started'; version: string | null }
  | { is: 'tested'; process: string | null; version: string | null }

/** What a run's record says that its target is like. Null and what is missing: it may be anything. */
export interface ExpectedState {
  /** Where the history is in the move that the run began with. */
  history: Reached | null
  access: AccessState[] | null
  services: Map<string, ExpectedService>
  /** Archived rows, by table. */
  archives: Map<string, number>
}

/** What the expectation is read from. */
export interface Recorded {
  approved: Approved
  record: readonly Attempt[]
  debts: readonly Debt[]
}

type Change = (state: ExpectedState, step: Step, attempt: Attempt) => void

/**
 * What a run's target is like if nobody but Lockkeeper has touched it since the window began. Pure: read from the plan,
 * the attempts and the undo entries. A step that had begun when its process died allows what was before it and what is
 * after it. What people were shown and decided on may be anything until a step of ours sets it again.
 * @param unbegun the attempt that is marked and did nothing yet
 */
export function expectedState(
  { approved, record, debts }: Recorded,
  unbegun: Pick<Attempt, 'step' | 'attempt'> | null,
): ExpectedState {
  const state: ExpectedState = {
    history: { at: 'from' },
    access: null,
    services: new Map(),
    archives: new Map(),
  }
  const steps = Object.values(approved.routes).flatMap((route) => route ?? [])
  for (const attempt of record) {
    const step = steps.find(({ id }) => id === attempt.step)
    if (!step || (attempt.step === unbegun?.step && attempt.attempt === unbegun.attempt)) continue
    const asked = stateAsked(attempt)
    // An attempt that asked so did nothing itself; a life of it before may have.
    if (!asked || attempt.lives > 1)
      changeOf(step, approved, debts)(state, step, asked ? { ...attempt, outcome: null } : attempt)
    if (attempt.outcome?.status === 'asks' && attempt.answer && decides(attempt.answer.choice))
      forget(state, attempt)
  }
  return state
}

const decides = (choice: string): boolean => ['go-on', 'back-out', 'roll-back'].includes(choice)

/** What people were shown as it was found is theirs to decide: it is not asked about again. */
function forget(state: ExpectedState, { outcome }: Attempt): void {
  const question = outcome?.status === 'asks' ? outcome.question : null
  const shown =
    question?.code === 'unexpected-state'
      ? question.differences
      : question?.code === 'changed-meanwhile'
        ? [{ what: question.what, about: question.what.startsWith('service ') ? 'service' : 'access' }]
        : []
  for (const { about, what } of shown) {
    if (about === 'history') state.history = null
    if (about === 'access') state.access = null
    if (about === 'service') state.services.delete(what.replace(/^service /, ''))
    if (about === 'archive') state.archives.clear()
  }
}

/** What each kind of step makes of the target; the others leave it as it is. */
function changeOf(step: Step, approved: Approved, debts: readonly Debt[]): Change {
  if (step.kind === 'stop') return stops(step.with.service, debts)
  if (step.kind === 'start') return starts(step.with.service, approved, debts, step.id)
  if (step.kind === 'smoke') return tests
  if (step.kind === 'close') return access('closed')
  if (step.kind === 'open') return access('application-only')
  if (step.kind === 'admit') return access('as-before')
  if (step.kind !== 'migrate') return () => {}
  const onForward = approved.routes.forward.includes(step)
  return (state, _, attempt) => migrates(state, attempt, onForward)
}

const stops =
  (service: string, debts: readonly Debt[]): Change =>
  ({ services }, _, { outcome }) => {
    if (outcome?.status === 'unneeded') return
    if (outcome?.status === 'done') return void services.set(service, { is: 'stopped' })
    const debt = debts.find(
      (one) => one.owes === 'service' && one.what === `service ${service}` && one.takenAt !== null,
    )
    const process = (debt?.owes === 'service' && debt.was.process) || null
    services.set(service, { is: 'stopping', process })
  }

const starts =
  (service: string, approved: Approved, debts: readonly Debt[], id: string): Change =>
  ({ services }, _, { outcome, lives }) => {
    // A process that died right after the start had closed its undo entry: the next one had nothing left to do.
    const isTaken = debts.some((one) => one.what === `service ${service}` && one.takenAt !== null)
    const wasStarted = lives > 1 && isTaken
    if (outcome?.status === 'unneeded' && outcome.because === 'nothing-taken' && !wasStarted) return
    if (outcome?.status === 'asks') return
    const done = outcome?.status === 'done' || outcome?.status === 'unneeded'
    if (!done) return void services.delete(service)
    services.set(service, { is: 'started', version: versionAfter(approved, service, id) })
  }

/** The release that is up once this start is done: that of the last step before it which puts one in place. */
function versionAfter({ routes, runbook }: Approved, service: string, start: string): string | null {
  const route = Object.values(routes).find((steps) => steps?.some(({ id }) => id === start)) ?? []
  const step = route.find((one) => one.kind === 'release' && one.with.service === service)
  const releases = runbook.services.find(({ name }) => name === service)?.release
  return (step?.kind === 'release' && releases?.[step.with.to].version) || null
}

const tests: Change = ({ services }, _, { outcome, answer }) => {
  // Asked to try again, it starts what has ended meanwhile.
  const passed = outcome?.status === 'done' || (outcome?.status === 'failed' && answer?.choice === 'go-on')
  if (!passed) return
  const processes = outcome.status === 'done' ? (outcome.facts as Done['smoke']).processes : undefined
  for (const [name, service] of services)
    if (service.is === 'started' || service.is === 'tested')
      services.set(name, {
        is: 'tested',
        process: processes?.[name] ?? null,
        version: service.version,
      })
}

/** Only once it was closed: before that it is whoever's. */
const access =
  (to: AccessState): Change =>
  (state, { kind }, { outcome }) => {
    if (outcome?.status === 'unneeded' || outcome?.status === 'asks') return
    const before = state.access ?? (kind === 'close' ? (['as-before'] as const) : null)
    if (outcome?.status === 'done') state.access = kind === 'admit' ? null : [to]
    else if (before) state.access = [...new Set([...before, to])]
  }

/** Nothing of the migration was begun when a step failed with these. */
const beforeAnything = ['cancelled', 'sessions-came-back', 'target-taken', 'target-is-another', 'fence-held']

function migrates(state: ExpectedState, { outcome }: Attempt, onForward: boolean): void {
  if (!outcome) state.history = null
  else if (outcome.status === 'done') {
    state.history = { at: onForward ? 'to' : 'from' }
    for (const { table, rows } of (outcome.facts as Done['migrate']).saved) state.archives.set(table, rows)
  } else if (outcome.status === 'unneeded') return
  else if (outcome.reached)
    state.history = 'unknown' in outcome.reached ? null : of(outcome.reached, onForward)
  else if (outcome.status === 'failed' && !beforeAnything.includes(outcome.problem.code)) state.history = null
}

/** A move back names its ends the other way round. */
function of(reached: Reached, onForward: boolean): Reached {
  if (onForward || !('at' in reached)) return reached
  return { at: reached.at === 'from' ? 'to' : 'from' }
}

/** The window's steps before this one, on the present way. */
export function windowStepsBefore(
  { approved, record }: Pick<Recorded, 'approved' | 'record'>,
  id: string,
): Step[] {
  const steps = approved.routes[presentRoute(record)] ?? []
  return steps
    .slice(
      0,
      steps.findIndex((step) => step.id === id),
    )
    .filter(({ inWindow }) => inWindow)
}
