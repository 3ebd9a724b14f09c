import { code, say, type Line } from '../../domain/view.ts'
import { bytes, counted, number, seconds } from '../words/amounts.ts'
import type { Done, Kind, Progress, Step } from '../../domain/step.ts'
import type { Unneeded } from '../../domain/outcome.ts'

type Brief = { [K in Kind]: (facts: Done[K], step: Extract<Step, { kind: K }>) => Line | null }

/** What a step came to, in a few words for its row. Null: its name says all. */
const brief: Brief = {
  backup: ({ bytes: size, seconds: took, rolesMissing }) =>
    say`${bytes(size)} in ${seconds(took)}, read through${rolesMissing ? '; without roles' : ''}`,
  check: ({ checks }) => {
    const findings = checks.flatMap((check) => check.findings)
    const bad = findings.filter(({ level }) => level !== 'note').length
    return say`${counted(checks.length, 'check')}${bad ? `, ${counted(bad, 'finding')}` : ', all passed'}`
  },
  claim: ({ fenced }) => (fenced ? say`${counted(fenced, 'session')} of a dead run ended` : null),
  card: () => null,
  baseline: ({ checks }) => {
    const failed = checks.filter(({ passed }) => !passed)
    return failed.length > 0
      ? say`${checks.length - failed.length} of ${checks.length} passed; failing before the window: ${failed.map(({ name }) => name).join(', ')}`
      : null
  },
  stop: ({ instances, seconds: took }) => say`${counted(instances, 'instance')}, ${seconds(took)}`,
  close: ({ rolesKeptOut, stillEnter }) => {
    const enter = stillEnter.length === 1 ? 'enters' : 'enter'
    return say`${counted(rolesKeptOut.length, 'role')} kept out${stillEnter.length ? `; ${counted(stillEnter.length, 'superuser')} still ${enter}` : ''}`
  },
  drain: ({ seconds: took, ended }) =>
    say`empty after ${seconds(took)}${ended.length ? `, ${counted(ended.length, 'session')} ended` : ''}`,
  before: () => null,
  deadline: () => null,
  migrate: ({ statements, by, seconds: took, attempts, reconciled, ended }) =>
    reconciled
      ? say`was committed before Lockkeeper came back`
      : say`${counted(statements.length, by === 'scripts' ? 'statement' : 'migration')} in ${seconds(took)}${by === 'scripts' ? '' : `, by ${programs[by]}`}${attempts > 1 ? `, at the ${ordinal(attempts)} try` : ''}${ended ? '; it failed after its last commit' : ''}`,
  verify: ({ passed }) => (passed.length ? say`${passed.length} of ${passed.length} passed` : null),
  open: ({ roles }) => (roles.length ? say`for ${code(roles.join(', '))} only` : null),
  release: ({ version, deployed }) => say`${version}${deployed ? '' : ', was in place'}`,
  start: ({ instances, seconds: took }) => say`${counted(instances, 'instance')} started, ${seconds(took)}`,
  smoke: ({ passed, asBefore = [], seconds: took }) =>
    say`${passed.length} of ${passed.length + asBefore.length} passed${asBefore.length ? `, ${asBefore.length} failing as before the window` : ''}, ${seconds(took)}`,
  admit: () => null,
}

/** What applies migrations that do work outside of SQL. */
export const programs = { bundle: 'the bundle', tool: 'dotnet ef' } as const

const ordinal = (n: number): string => {
  const last = n % 100
  const ending = last > 10 && last < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${ending}`
}

/** Facts that an older or newer release wrote may have another shape: then the step's name alone is shown. */
export function factsBriefly(step: Step, facts: unknown): Line | null {
  try {
    return (brief[step.kind] as (facts: unknown, step: Step) => Line | null)(facts, step)
  } catch {
    return null
  }
}

/** Why a step had nothing to do. */
export const unneededWords: Record<Unneeded, string> = {
  'nothing-taken': 'nothing was taken that had to be given back',
  'already-so': 'it was so already',
  'not-in-runbook': 'the runbook asks for none',
  'nothing-migrated': 'nothing was migrated',
  'nothing-runs': 'no service runs',
}

/** `120 MB of about 542 MB`, `2 of 41 sessions still there`, `3rd try of 10`. */
export function progressLine({ done, of, unit, at }: Progress): Line {
  const where = at ? say` (${code(at)})` : []
  switch (unit) {
    case 'bytes':
      return say`${bytes(done)}${of === null ? '' : ` of about ${bytes(of)}`}${where}`
    case 'sessions':
      return of === null
        ? say`${counted(done, 'session')} gone${where}`
        : say`${number(Math.max(0, of - done))} of ${counted(of, 'session')} still there${where}`
    case 'attempts':
      return say`${ordinal(done)} try${of === null ? '' : ` of ${number(of)}`}${where}`
    case 'seconds':
      return of === null
        ? say`${seconds(done)}${where}`
        : say`${seconds(done)} of at most ${seconds(of)}${where}`
    case 'statements':
      return of === null
        ? say`${counted(done, 'statement')}${where}`
        : say`${number(done)} of ${counted(of, 'statement')}${where}`
    case 'migrations':
      return of === null
        ? say`${counted(done, 'migration')}${where}`
        : say`${number(done)} of ${counted(of, 'migration')}${where}`
    case 'requests':
      return of === null
        ? say`${counted(done, 'request')}${where}`
        : say`${number(done)} of ${counted(of, 'request')}${where}`
  }
}
