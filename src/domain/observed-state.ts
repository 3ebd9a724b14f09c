import type { Debt } from './debt.ts'
import { expectedState, windowStepsBefore, type AccessState, type Recorded } from './expected-state.ts'
import type { Difference } from './question.ts'
import type { Reached } from './reached.ts'
import type { Attempt } from './run.ts'
import type { Move } from './script.ts'
import type { Kind } from './step.ts'

/** What the target was seen to be like. */
export interface ObservedState {
  history: {
    /** In the move that the run began with. */
    reached: Reached
    /** The last migration that was applied. */
    last: string | null
  }
  access: {
    /** All that it can be taken for: a database into which the bot alone was let before is closed and as before. */
    as: AccessState[]
    /** As PostgreSQL writes it. */
    acl: string
  }
  services: ObservedService[]
  archives: Map<string, number>
}

export interface ObservedService {
  name: string
  instances: number
  /** Which process runs, where it is one. */
  process: string | null
  /** What its health check answered, in words. */
  health: string
  /** Something answers there, whatever the pid file names. */
  answers: boolean
  /** The release that it says it is, `another` where the plan has none of that name; null: it does not say. */
  version: string | null
}

/** How an observed target differs from what the run's record says. */
export function differencesFrom(
  recorded: Recorded,
  unbegun: Pick<Attempt, 'step' | 'attempt'> | null,
  seen: ObservedState,
): Difference[] {
  const expected = expectedState(recorded, unbegun)
  const { runbook } = recorded.approved
  const found: Difference[] = []
  if (expected.history && !isSame(expected.history, seen.history.reached))
    found.push({
      ...history,
      expected: positionOf(expected.history, moveOf(recorded)),
      found: seen.history.last ?? 'no migration',
    })
  if (expected.access && !expected.access.some((state) => seen.access.as.includes(state)))
    found.push({
      ...accessTo(runbook.target.database),
      expected: expected.access.map((state) => accessWords[state]).join(' or '),
      found: accessFound(seen),
    })
  for (const service of seen.services) {
    const wanted = expected.services.get(service.name)
    const runs = service.instances > 0 || service.answers
    const differs = (expectedWords: string): void =>
      void found.push({ ...serviceOf(service.name), expected: expectedWords, found: serviceFound(service) })
    if (wanted?.is === 'stopped' && runs) differs('stopped')
    if (wanted?.is === 'stopping' && runs && isAnother(wanted.process, service.process))
      differs('stopped, or the process that ran before')
    if (wanted?.is !== 'started' && wanted?.is !== 'tested') continue
    const { version } = wanted
    if (runs && version !== null && service.version !== null && version !== service.version)
      differs(`release ${version}`)
    else if (wanted.is === 'tested' && !runs) differs('running')
    else if (wanted.is === 'tested' && service.version === null && isAnother(wanted.process, service.process))
      differs('the process that passed the smoke test')
  }
  for (const [table, rows] of expected.archives) {
    const there = seen.archives.get(table)
    if (there !== rows)
      found.push({
        about: 'archive',
        what: `archive ${table}`,
        expected: rowsOf(rows),
        found: there === undefined ? 'missing' : rowsOf(there),
      })
  }
  return found
}

/** What is not as it was before the run took it: with nothing of that, somebody has undone everything. */
export function notUndone({ approved, record, debts }: Recorded, seen: ObservedState): Difference[] {
  const { runbook } = approved
  const open: Difference[] = []
  if (!isSame({ at: 'from' }, seen.history.reached))
    open.push({
      ...history,
      expected: positionOf({ at: 'from' }, moveOf({ approved })),
      found: seen.history.last ?? 'no migration',
    })
  if (isTaken(debts, 'access') && !seen.access.as.includes('as-before'))
    open.push({
      ...accessTo(runbook.target.database),
      expected: accessWords['as-before'],
      found: accessFound(seen),
    })
  for (const service of seen.services) {
    const debt = debts.find((one) => one.owes === 'service' && one.what === `service ${service.name}`)
    if (debt?.owes !== 'service' || debt.takenAt === null) continue
    const was = releaseBefore(debts, service.name)
    const isOther = was !== null && service.version !== null && service.version !== was
    const isOurs = testedProcesses(record).includes(`${service.name} ${service.process}`)
    if (service.instances === debt.was.instances && service.health === '200' && !isOther && !isOurs) continue
    open.push({
      ...serviceOf(service.name),
      expected: `${instancesOf(debt.was.instances)} of ${was === null ? 'the release before' : `release ${was}`}, healthy`,
      found: isOurs ? `the process that Lockkeeper started` : serviceFound(service),
    })
  }
  return open
}

/** Whether users can work: who could connect before may connect again, and all services that the run stopped are healthy. */
export const isAvailable = ({ approved, debts }: Recorded, seen: ObservedState): boolean =>
  (!isTaken(debts, 'access') || seen.access.as.includes('as-before')) &&
  approved.runbook.services.every(({ name }) => {
    const debt = debts.find((one) => one.owes === 'service' && one.what === `service ${name}`)
    const service = seen.services.find((each) => each.name === name)
    return !debt?.takenAt || (service !== undefined && service.instances > 0 && service.health === '200')
  })

/** Processes that passed the smoke test of the run's own way: they run its new release. */
const testedProcesses = (record: readonly Attempt[]): string[] =>
  record.flatMap(({ step, outcome }) => {
    if (step !== 'smoke' || outcome?.status !== 'done') return []
    const { processes } = outcome.facts as { processes?: Record<string, string> }
    return Object.entries(processes ?? {}).map(([name, process]) => `${name} ${process}`)
  })

/**
 * The steps that are done again when somebody chooses to go on, each of which looks first; null: going on would not lead
 * to where the plan leads.
 */
export function stepsRepeated(
  recorded: Recorded,
  present: string,
  differences: readonly Difference[],
  seen: ObservedState,
): string[] | null {
  const steps = windowStepsBefore(recorded, present)
  const hasMigrated = steps.some(({ kind }) => kind === 'migrate')
  const stops = steps.some(({ kind }) => kind === 'stop')
  const kinds = new Set<Kind>()
  for (const { about, expected: wanted } of differences) {
    if (about === 'history') {
      if ('unknown' in seen.history.reached) return null
      if (hasMigrated) return steps.map(({ id }) => id)
      if (steps.some(({ kind }) => kind === 'verify')) kinds.add('verify')
    }
    // Users may be in: they are taken out again, and what was measured then is measured again.
    if (about === 'service' && wanted.startsWith('stopped') && stops)
      for (const kind of takingOut(hasMigrated)) kinds.add(kind)
    else if (about === 'service' && wanted.startsWith('release')) {
      if (!stops) return null
      for (const kind of ['stop', 'release', 'start', 'smoke'] as const) kinds.add(kind)
    } else if (about === 'service' && !wanted.startsWith('stopped')) kinds.add('smoke')
    if (about === 'access' && wanted.includes(accessWords.closed) && stops)
      for (const kind of takingOut(hasMigrated)) if (kind !== 'stop') kinds.add(kind)
  }
  return steps.filter(({ kind }) => kinds.has(kind)).map(({ id }) => id)
}

const takingOut = (hasMigrated: boolean): Kind[] =>
  hasMigrated ? ['stop', 'close', 'drain'] : ['stop', 'close', 'drain', 'before', 'deadline']

const history = { about: 'history', what: 'migration history' } as const
const accessTo = (database: string) => ({ about: 'access', what: `access to ${database}` }) as const
const serviceOf = (name: string) => ({ about: 'service', what: `service ${name}` }) as const

const accessWords: Record<AccessState, string> = {
  'as-before': 'as before the run',
  closed: 'closed to everybody but Lockkeeper',
  'application-only': 'open to the application alone',
}

const accessFound = ({ access: { as, acl } }: ObservedState): string => (as[0] ? accessWords[as[0]] : acl)

function serviceFound({ instances, process, health, answers: isUp, version }: ObservedService): string {
  if (instances === 0) return isUp ? 'a process that its pid file does not name' : 'stopped'
  const told =
    version === null ? '' : version === 'another' ? ' of another release' : ` of release ${version}`
  const answers = health === '200' ? 'healthy' : `its health check: ${health}`
  return `${instancesOf(instances)}${told}${process === null ? '' : ` (PID ${process.split('/')[0]})`}, ${answers}`
}

const instancesOf = (count: number): string => (count === 1 ? '1 instance' : `${count} instances`)
const rowsOf = (count: number): string => (count === 1 ? '1 row' : `${count} rows`)

/** Where nobody knows which one it was, none is another. */
const isAnother = (was: string | null, is: string | null): boolean =>
  was !== null && is !== null && was !== is

const isTaken = (debts: readonly Debt[], owes: Debt['owes']): boolean =>
  debts.some((debt) => debt.owes === owes && debt.takenAt !== null)

function releaseBefore(debts: readonly Debt[], service: string): string | null {
  const debt = debts.find((one) => one.owes === 'release' && one.what === `release of ${service}`)
  return debt?.owes === 'release' ? debt.was.version : null
}

const isSame = (a: Reached, b: Reached): boolean => JSON.stringify(a) === JSON.stringify(b)

function moveOf({ approved }: Pick<Recorded, 'approved'>): Move {
  const step = approved.routes.forward.find(({ kind }) => kind === 'migrate')
  const direction = step?.kind === 'migrate' ? step.with.direction : 'up'
  const move = approved.prepared?.[direction]?.move
  return { from: move?.from ?? null, to: move?.to ?? null }
}

function positionOf(reached: Reached, { from, to }: Move): string {
  if ('at' in reached) return (reached.at === 'from' ? from : to) ?? 'no migration'
  if ('between' in reached) return reached.between
  return 'half' in reached ? `a part of ${reached.half}` : reached.unknown
}
