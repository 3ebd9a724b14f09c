import type { Account } from '../domain/account.ts'
import type { Via } from '../domain/choice.ts'
import type { Difference } from '../domain/problem.ts'
import type { Estimate, Plan } from '../domain/plan.ts'
import type { Instant } from '../domain/json.ts'
import { statementsOf } from '../domain/script.ts'
import type { Step } from '../domain/step.ts'
import {
  bold,
  code,
  kept,
  note,
  say,
  text,
  type Action,
  type Line,
  type Part,
  type View,
} from '../domain/view.ts'
import { accountLine } from './people/access.ts'
import { anyOf, firstOf, joined, whom } from './words/line.ts'
import { about, bytes, counted, seconds } from './words/amounts.ts'
import { countOf, findingRows } from './problem/finding-rows.ts'
import { fitting } from './words/fit.ts'
import { differencesLine } from './problem/plan.ts'
import { moment } from './words/time.ts'
import { programs } from './run/step-facts.ts'
import { stepName } from './words/step-names.ts'
import { windowSeconds } from '../domain/plan.ts'

/** One person's word for a plan. */
export interface ApprovalSaid {
  person: string
  says: string
  at: Instant
  via?: Via | null
  account?: Account | null
}

/**
 * What a plan waits for: `people` are those who may say it, where they are known; `count`, how many of them are needed.
 * `tooFew`: of those who are known to have the role, too few are neither its author nor have spoken.
 */
export interface WaitsFor {
  says: string
  role: string
  people: readonly string[]
  count?: number
  tooFew?: boolean
}

export type PlanState =
  | 'open'
  | { runs: { run: string; by: string; since: Instant } }
  | { stale: readonly Difference[] }
  /** Nobody ran it while its approvals held. */
  | { expired: Instant }
  | { closed: { at: Instant; because: 'discarded' | 'used' | 'replaced'; by: string | null } }

/** In the message; all of them are in the thread. */
const findingsShown = 10

/** A plan as people approve it: what it does, how long users are out, what going back loses, what was noticed. */
export function planView(
  plan: Plan,
  approvals: readonly ApprovalSaid[],
  state: PlanState,
  waitsFor: readonly WaitsFor[] = [],
): View {
  const blockers = countOf(plan.measured.checks, 'blocker')
  const rows = findingRows(plan.measured, findingsShown)
  return fitting({
    state: stateLine(plan, approvals, state, waitsFor, blockers),
    parts: [
      text(whatLine(plan)),
      text(downLine(plan)),
      text(lossLine(plan)),
      ...(rows.length ? [{ part: 'rows' as const, rows }] : []),
      ...(state === 'open' ? approvalParts(plan, approvals, waitsFor) : []),
      note(
        say`Planned by ${whom(plan.author)} ${moment(plan.madeAt)}. Approvals hold for a day, unless the SQL, the steps, the server or the schema change.`,
      ),
    ],
    actions: actionsOf(plan, state, waitsFor, blockers),
  })
}

const planName = ({ id, kind, approved }: Plan): string => {
  const { title, target } = approved.runbook
  return `Plan ${id} · ${kind === 'rollback' ? 'rollback of ' : ''}${kind === 'backup' ? 'backup' : title} on ${target.database}`
}

/** What became of a plan that is not open any more, or is being run. */
export function planOverLine(plan: Plan, state: Exclude<PlanState, 'open'>): Line {
  const name = bold(planName(plan))
  if ('runs' in state) {
    const { run, by, since } = state.runs
    return say`${name} is being run by ${whom(by)} since ${moment(since)}, as ${code(run)}`
  }
  if ('expired' in state)
    return say`${name} expired ${moment(state.expired)}: approvals hold for a day. Nothing was run`
  if ('stale' in state) return say`${name} is out of date: ${differencesLine(state.stale)}. Nothing was run`
  const { because, by, at } = state.closed
  const verb = { discarded: 'was discarded', used: 'was run', replaced: 'was replaced by a newer plan' }[
    because
  ]
  return say`${name} ${verb}${by ? say` by ${whom(by)}` : ''}, ${moment(at)}`
}

function stateLine(
  plan: Plan,
  approvals: readonly ApprovalSaid[],
  state: PlanState,
  waitsFor: readonly WaitsFor[],
  blockers: number,
): Line {
  if (state !== 'open') return planOverLine(plan, state)
  const name = bold(planName(plan))
  if (blockers) return say`${name} — ${bold(counted(blockers, 'blocker'))}: it cannot be run`
  const needed = plan.approved.runbook.approvals.reduce((sum, { people }) => sum + people, 0)
  return waitsFor.length
    ? say`${name} — ${approvals.length} of ${counted(needed, 'approval')}`
    : say`${name} — approved, ready to run`
}

function whatLine({ approved, measured, kind }: Plan): Line {
  const { prepared, serverVersion, identity } = approved
  const moved = kind === 'rollback' ? prepared?.down : prepared?.up
  const statements = (moved?.scripts ?? []).flatMap(({ units }) => units.flatMap(statementsOf))
  const added = statements.filter(({ from }) => from === 'added').length
  const what = moved
    ? say`${counted(moved.scripts.length, 'migration')}, ${counted(statements.length - added, 'statement')}${added ? ` and ${added} that we add` : ''} · `
    : []
  const by = moved?.program ? say`applied by ${programs[moved.program.by]} · ` : []
  return say`${what}${by}PostgreSQL ${serverVersion} on ${code(identity.host)}, ${bytes(measured.databaseBytes)}`
}

const sources: Record<Estimate['from'], string> = {
  'earlier run': 'from earlier runs',
  size: 'from the sizes',
  guess: 'a guess',
}

function downLine(plan: Plan): Line {
  const { routes, runbook } = plan.approved
  const inWindow = routes.forward.filter((step) => step.inWindow)
  if (inWindow.length === 0) return say`${bold(`${runbook.product} stays up`)}`
  const known = inWindow.flatMap((step) => {
    const estimate = plan.measured.estimates.find((each) => each.step === step.id)
    return estimate ? [{ name: stepName(step), ...estimate }] : []
  })
  if (known.length === 0)
    return say`${bold(`${runbook.product} goes down`)}; for how long is not known: nothing was measured`
  const parts = known
    .filter((each) => each.seconds >= 0.05)
    .map((each) => `${each.name} ${seconds(each.seconds)}`)
  return say`${bold(`Down for about ${about(windowSeconds(plan))}`)} (${firstOf(parts, 14)}); ${sourcesLine(known)}${leftOut(inWindow)}${told(runbook.window.expected)}`
}

/** What no estimate knows: whether sessions stay, and how long people take to answer. */
function leftOut(steps: readonly Step[]): string {
  const drain = steps.find((step) => step.kind === 'drain')
  const holds = steps.some((step) => step.kind === 'admit' && step.with.holds)
  const out = [
    ...(drain?.kind === 'drain'
      ? [`up to ${seconds(drain.with.seconds)} and the time to answer if sessions stay`]
      : []),
    ...(holds ? ['the time until somebody lets users in'] : []),
  ]
  return out.length ? `. Plus ${out.join('; ')}` : ''
}

/** What users were told, beside what we expect. */
const told = (expected: number | undefined): string =>
  expected === undefined ? '' : `. Users are told ${seconds(expected / 1000)}`

/** `from earlier runs; Smoke a guess`: where most of it comes from, and what does not. */
function sourcesLine(known: readonly (Estimate & { name: string })[]): Line {
  const groups = (['earlier run', 'size', 'guess'] as const)
    .map((from) => ({ from, names: known.filter((each) => each.from === from).map(({ name }) => name) }))
    .filter(({ names }) => names.length)
    .sort((a, b) => b.names.length - a.names.length)
  const [most, ...others] = groups
  if (!most) return []
  return joined(
    [sources[most.from], ...others.map(({ from, names }) => say`${firstOf(names, 4)} ${sources[from]}`)],
    '; ',
  )
}

/** Until users are in nothing can be lost; after that, what Down drops. */
export function lossLine({ approved, measured, kind }: Plan): Line {
  const { product } = approved.runbook
  if (kind === 'backup') return say`The database is only read`
  if (kind === 'rollback' && !measured.loss)
    return say`${bold('What it would lose was not counted')}: that takes too long. It is counted under lock; up to ${counted(approved.accepted ?? 0, 'row')} are accepted`
  if (kind === 'rollback')
    return measured.loss?.rows
      ? say`${bold(`It would lose ${counted(measured.loss.rows, 'row')} now`)}; up to ${counted(approved.accepted ?? 0, 'row')} are accepted. They are counted again under lock, and a copy is kept`
      : say`${bold('It would lose nothing now.')} That is counted again under lock`
  if (!approved.prepared?.down || !approved.routes['roll-back'])
    return say`${bold('Until Migrate, going back loses nothing. After it there is no way down')}: only the backup, without what was written since`
  const columns = approved.prepared.down.drops.map(({ table, column }) =>
    code(column === null ? table : `${table}."${column}"`),
  )
  return say`${bold('Until users are back in, going back loses nothing.')} After that ${
    columns.length
      ? say`a rollback loses what ${product} writes into ${firstOf(columns, 4)}`
      : say`what a rollback loses is counted before anything is touched`
  }`
}

function approvalParts(
  plan: Plan,
  approvals: readonly ApprovalSaid[],
  waitsFor: readonly WaitsFor[],
): Part[] {
  const said = approvals.map(
    ({ says, person, at, ...typed }) =>
      say`${capital(says)} by ${whom(person)} ${moment(at, plan.madeAt)}${accountLine(typed)}`,
  )
  const waits = waitsFor.map(({ says, role, people, count = 1 }) =>
    people.length
      ? say`${says} by ${count > 1 ? `${count} of ` : ''}${anyOf(people, role)}`
      : say`${says} by ${count === 1 ? 'one' : count} of ${{ role }}`,
  )
  return [
    ...(said.length ? [text(joined(said, ' · '))] : []),
    ...(waits.length ? [kept(text(say`${bold('Waits for:')} ${joined(waits, ' · ')}`))] : []),
    ...waitsFor
      .filter(({ tooFew }) => tooFew)
      .map(({ says, role }) =>
        kept(
          text(
            say`${bold(`Nobody is known who can still say ${says}:`)} who made the plan, or said yes to it already, does not count. If nobody else has the role ${{ role }}, let somebody else plan it again.`,
          ),
        ),
      ),
  ]
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

function actionsOf(plan: Plan, state: PlanState, waitsFor: readonly WaitsFor[], blockers: number): Action[] {
  const { name } = plan.approved.runbook
  const again: Action = {
    label: 'Plan again',
    says: 'Makes a new plan of the same runbook; approvals begin anew',
    command: plan.kind === 'rollback' ? 'rollback' : 'plan',
    input: plan.kind === 'rollback' && plan.of ? { run: plan.of } : { runbook: name },
  }
  if (state !== 'open') {
    if ('stale' in state || 'expired' in state || ('closed' in state && state.closed.because === 'discarded'))
      return [again]
    return [
      {
        label: 'What happened',
        says: 'Shows the plans and runs of this runbook',
        command: 'status',
        input: { runbook: name },
      },
    ]
  }
  const discard: Action = {
    label: 'Discard…',
    says: 'Closes this plan for good. Opens a confirmation',
    command: 'cancel',
    input: { plan: plan.id },
  }
  if (blockers) return [again, discard]
  return [
    waitsFor.length
      ? {
          label: 'Approve…',
          says: 'Shows the SQL, the loss and the warnings; you approve there',
          command: 'approve',
          input: { plan: plan.id },
          style: 'primary',
        }
      : {
          label: 'Run…',
          says: 'Opens the form in which you type the database’s name to run it',
          command: 'run',
          input: { plan: plan.id },
          style: 'danger',
        },
    discard,
  ]
}
