import type { RunKind } from '../domain/plan.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { Parameters, Kind, Route, Routes, Step } from '../domain/step.ts'

/** What is known besides the runbook when the steps of a run are laid out. */
export interface RouteFacts {
  hasDown: boolean
  /** A rollback after admit: rows that may be lost. */
  accepted: number | null
  /** Time that must be left before migrate: for it, its way back and the start. */
  needsSeconds: number
}

type Laid = { [K in Kind]: { kind: K; with: Parameters[K] } }[Kind]

/**
 * The steps of a run, and of its ways back. Pure: the same runbook gives the same steps.
 *
 * Before the window nobody is out: a backup that is good, findings again, the claim, and the card with which people can
 * undo everything by hand. In it, each service stops before the database is closed, since its shutdown still writes.
 * Whatever way is taken ends with admit. No way back begins with a start: the claim has fenced what a dead process left.
 */
export function routesFor(runbook: Runbook, kind: RunKind, facts: RouteFacts): Routes {
  if (kind === 'backup')
    return { forward: [step({ kind: 'backup', with: {} }, false)], 'back-out': [], 'roll-back': null }
  const forth = kind === 'migrate' ? ('after' as const) : ('before' as const)
  const back = kind === 'migrate' ? ('before' as const) : ('after' as const)
  return {
    forward: [
      ...beforeWindow(kind).map((laid) => step(laid, false)),
      ...[
        ...takingUsersOut(runbook, facts),
        ...moving(kind, facts),
        ...lettingUsersIn(runbook, forth, runbook.window.holdBeforeAdmit),
      ].map((laid) => step(laid, true)),
    ],
    'back-out': way('back-out', lettingUsersIn(runbook, back, false)),
    'roll-back':
      kind === 'migrate' && facts.hasDown
        ? way('roll-back', [
            // The new release may be up already, and write: it stops again, and what it wrote is never lost unasked.
            ...stopping(runbook),
            { kind: 'migrate', with: { direction: 'down', accepted: 0 } },
            ...lettingUsersIn(runbook, 'before', false),
          ])
        : null,
  }
}

/** A rollback asks for no baseline: a login of the new release writes rows that the down migration loses. */
const beforeWindow = (kind: RunKind): Laid[] => [
  { kind: 'backup', with: {} },
  { kind: 'check', with: {} },
  { kind: 'claim', with: {} },
  { kind: 'card', with: {} },
  ...(kind === 'migrate' ? [{ kind: 'baseline', with: {} } as const] : []),
]

const stopping = (runbook: Runbook): Laid[] => [
  ...runbook.services.map((service): Laid => ({ kind: 'stop', with: { service: service.name } })),
  { kind: 'close', with: {} },
  { kind: 'drain', with: { seconds: Math.ceil(runbook.window.drain / 1000) } },
]

const takingUsersOut = (runbook: Runbook, { needsSeconds }: RouteFacts): Laid[] => [
  ...stopping(runbook),
  { kind: 'before', with: {} },
  { kind: 'deadline', with: { needsSeconds } },
]

const moving = (kind: RunKind, { accepted }: RouteFacts): Laid[] => [
  kind === 'migrate'
    ? { kind: 'migrate', with: { direction: 'up', accepted: null } }
    : { kind: 'migrate', with: { direction: 'down', accepted } },
]

/** Services start in the opposite order of stopping. Looking at the database comes before anybody enters it. */
const lettingUsersIn = (runbook: Runbook, as: 'before' | 'after', holds: boolean): Laid[] => [
  { kind: 'verify', with: { as } },
  { kind: 'open', with: {} },
  ...runbook.services
    .filter((service) => service.release)
    .map((service): Laid => ({ kind: 'release', with: { service: service.name, to: as } })),
  ...runbook.services.map((service): Laid => ({ kind: 'start', with: { service: service.name } })).reverse(),
  { kind: 'smoke', with: { as } },
  { kind: 'admit', with: { holds } },
]

const way = (route: Route, laid: Laid[]): Step[] => laid.map((each) => step(each, true, `${route}.`))

/** Its id: the kind, with the service where it is about one. */
function step(laid: Laid, inWindow: boolean, prefix = ''): Step {
  const service = 'service' in laid.with ? `:${laid.with.service}` : ''
  return { id: `${prefix}${laid.kind}${service}`, ...laid, inWindow } as Step
}
