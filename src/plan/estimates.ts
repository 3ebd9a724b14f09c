import type { Check } from '../domain/finding.ts'
import type { Approved, EarlierStep, Estimate, RunKind } from '../domain/plan.ts'
import { type Prepared, statementsOf } from '../domain/script.ts'
import type { Kind, Routes, Step } from '../domain/step.ts'

/** What a guess is made from. */
export interface Sizes {
  databaseBytes: number
  /** Of the tables whose rows are counted before and after. */
  countedRows: number
  /** Functional requests, by the release that is up. */
  requests: { before: number; after: number }
  prepared: Approved['prepared']
  checks: readonly Check[]
}

/**
 * Bytes per second. Measured on two shared cores with everything in memory: dump and read-through 106 MB/s, a rewrite of
 * a table 50 MB/s, a scan 500 MB/s; halved, since disks are slower than memory.
 */
const speed = { backup: 50e6, rewrite: 25e6, scan: 250e6 }

/** Rows per second of an exact count, halved likewise. */
const countedPerSecond = 5e6

/** Seconds of one functional request. */
const perRequest = 0.1

/** Seconds of one statement and its way there and back: 0.25 ms on one machine, doubled for a network. */
const perStatement = 0.0005

/** Seconds, where neither an earlier run nor a size tells. */
const guesses: Record<Kind, number> = {
  backup: 1,
  check: 1,
  claim: 0.2,
  card: 0.2,
  baseline: 0.2,
  stop: 1,
  close: 0.2,
  drain: 0.5,
  before: 0.3,
  deadline: 0,
  migrate: 0.5,
  verify: 0.5,
  open: 0.2,
  release: 1,
  start: 1,
  smoke: 3,
  admit: 0.2,
}

/** How long each step of every way takes: as in earlier runs (the median), by size, or guessed. */
export function estimate(routes: Routes, sizes: Sizes, earlier: readonly EarlierStep[]): Estimate[] {
  const steps = [...routes.forward, ...(routes['back-out'] ?? []), ...(routes['roll-back'] ?? [])]
  return steps.map((step) => {
    const known = median(earlier.filter(isSame(step, sizes)).map((each) => each.seconds))
    if (known !== null) return { step: step.id, seconds: rounded(known), from: 'earlier run' }
    const bySize = rounded(secondsBySize(step, sizes))
    return bySize > 0
      ? { step: step.id, seconds: rounded(guesses[step.kind] + bySize), from: 'size' }
      : { step: step.id, seconds: guesses[step.kind], from: 'guess' }
  })
}

/** What another migration took says nothing of this one. */
const isSame =
  (step: Step, { prepared }: Sizes) =>
  (earlier: EarlierStep): boolean => {
    if (step.kind !== 'migrate') return nameOf(step) === earlier.step
    const move = scriptsOf(step, prepared)?.move
    return move !== undefined && move.from === earlier.move?.from && move.to === earlier.move.to
  }

/** The step's id without its way, e.g. `start:hrms-api` of `back-out.start:hrms-api`. */
const nameOf = ({ id }: Step): string => id.replace(/^(back-out|roll-back)\./, '')

const scriptsOf = (step: Step<'migrate'>, prepared: Approved['prepared']): Prepared | null | undefined =>
  step.with.direction === 'up' ? prepared?.up : prepared?.down

function secondsBySize(
  step: Step,
  { databaseBytes, countedRows, requests, prepared, checks }: Sizes,
): number {
  if (step.kind === 'backup') return databaseBytes / speed.backup
  if (step.kind === 'before' || step.kind === 'verify') return countedRows / countedPerSecond
  if (step.kind === 'baseline') return requests.before * perRequest
  if (step.kind === 'smoke') return requests[step.with.as] * perRequest
  if (step.kind !== 'migrate') return 0
  const scripts = scriptsOf(step, prepared)?.scripts ?? []
  const statements = scripts.flatMap(({ units }) => units.flatMap(statementsOf)).length * perStatement
  // The findings are about the way that the run begins on.
  if (step.id !== 'migrate') return statements
  const rewritten = movedBytes(checks, 'rewrites-table') / speed.rewrite
  return statements + rewritten + movedBytes(checks, 'scans-table') / speed.scan
}

const movedBytes = (checks: readonly Check[], code: 'rewrites-table' | 'scans-table'): number =>
  checks
    .flatMap((check) => check.findings)
    .reduce((sum, { problem }) => (problem.code === code ? sum + problem.bytes : sum), 0)

function median(numbers: readonly number[]): number | null {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? null
  return sorted.length === 0 ? null : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10

/**
 * Seconds that must be left when the migration begins: for it, for all that follows, and for the way back if it has to be
 * taken. In tens, so that small changes of an estimate do not make other steps.
 */
export function neededFromMigrate(routes: Routes, estimates: readonly Estimate[], kind: RunKind): number {
  if (kind === 'backup') return 0
  const from = routes.forward.findIndex((step) => step.kind === 'migrate')
  const steps = [...routes.forward.slice(from), ...(routes['roll-back'] ?? routes['back-out'] ?? [])]
  return Math.ceil(secondsOf(steps, estimates) / 10) * 10
}

export const secondsOf = (steps: readonly Step[], estimates: readonly Estimate[]): number => {
  const ids = new Set(steps.map((step) => step.id))
  return estimates.filter((each) => ids.has(each.step)).reduce((sum, each) => sum + each.seconds, 0)
}
