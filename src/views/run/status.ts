import type { Action, Line, Part, View, Zoned } from '../../domain/view.ts'
import type { Attempt, Ending, Gate, Run } from '../../domain/run.ts'
import type { Event } from '../../domain/event.ts'
import type { Instant } from '../../domain/json.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Runbook } from '../../domain/runbook.ts'
import { bold, clock, code, note, say, text } from '../../domain/view.ts'
import { acknowledgedLine, isAcknowledged } from '../people/acknowledged.ts'
import { asked } from './gate.ts'
import { counted } from '../words/amounts.ts'
import { eventLine } from './events.ts'
import { moment } from '../words/time.ts'
import { nameOf } from '../words/step-names.ts'
import { productLine } from './state.ts'
import { problemLine } from '../problem/problem.ts'
import { runView, type ApprovedBy } from './run.ts'
import { standingOf } from './standing.ts'
import { typed } from '../words/typed.ts'

/** A runbook with its open plan, its unfinished run and the last one that ended. */
export interface RunbookStands {
  runbook: Pick<Runbook, 'name' | 'title' | 'product' | 'target'>
  plan: { id: string; approvals: { given: number; needed: number }; blockers: number } | null
  run: { run: Run; attempts: readonly Attempt[]; gate: Gate | null } | null
  last: Pick<Run, 'id' | 'endedAt' | 'ending' | 'plan'> | null
  /** It is scheduled, and did not become a run yet. */
  scheduled: Zoned | null
}

const runbooksShown = 20
const buttonsShown = 5
const eventsShown = 10

/** All runbooks, what each waits for, and a button that goes on with it. */
export function statusView(
  runbooks: readonly RunbookStands[],
  now: Instant,
  broken: readonly Problem<'runbook-broken'>[] = [],
): View {
  const running = runbooks.flatMap(({ run }) => (run ? [standingOf(run.run, run.attempts, run.gate)] : []))
  return {
    state: running.length
      ? say`${running.flatMap((standing, i): Line => (i ? ['. ', ...productLine(standing)] : productLine(standing)))}. ${counted(running.length, 'run')} under way`
      : say`${bold('Nothing runs.')} ${runbooks.length ? counted(runbooks.length, 'runbook') : 'There is no runbook yet'}`,
    ...runbookList(runbooks, broken, now),
  }
}

/** Runbooks as a numbered list; the buttons carry the numbers. */
export function runbookList(
  runbooks: readonly RunbookStands[],
  broken: readonly Problem<'runbook-broken'>[],
  now: Instant,
): { parts: Part[]; actions: Action[] } {
  const more = runbooks.length - runbooksShown
  return {
    parts: [
      ...(runbooks.length
        ? [
            {
              part: 'list' as const,
              numbered: true,
              items: runbooks.slice(0, runbooksShown).map((each) => runbookLine(each, now)),
            },
          ]
        : []),
      ...(more > 0 ? [text(say`and ${more} more; type ${typed('status RUNBOOK')}`)] : []),
      ...broken.slice(0, 5).map((problem) => text(problemLine(problem))),
      note(say`written ${clock(now)}`),
    ],
    actions: runbooks.slice(0, buttonsShown).map((each, i) => runbookAction(each, i + 1)),
  }
}

function runbookLine({ runbook, plan, run, last, scheduled }: RunbookStands, now: Instant): Line {
  const head = say`${bold(runbook.name)} · ${code(runbook.target.database)}${scheduled ? say` · scheduled for ${scheduled}` : ''}`
  if (run) {
    const standing = standingOf(run.run, run.attempts, run.gate)
    const at = standing.present ? nameOf(run.run, standing.present.step.id) : 'its end'
    return say`${head} · ${productLine(standing)} · run ${run.run.id}, ${standing.gate ? bold(`waits for an answer at ${at}`) : `at ${at}`}`
  }
  if (plan) {
    const { given, needed } = plan.approvals
    const stands = plan.blockers
      ? counted(plan.blockers, 'blocker')
      : `${given} of ${counted(needed, 'approval')}`
    return say`${head} · plan ${plan.id}, ${stands}`
  }
  if (last?.endedAt && last.ending)
    return say`${head} · ${endedWords(last.ending, last.plan.kind)} ${moment(last.endedAt, now)} (run ${last.id})`
  return say`${head} · not planned`
}

const endedWords = (ending: Ending, kind: Run['plan']['kind']): string => {
  if (ending === 'undone-by-hand') return 'undone by hand'
  if (ending === 'ended-as-is') return 'ended as it is'
  if (ending !== 'done') return ending === 'backed-out' ? 'backed out' : 'rolled back'
  return { migrate: 'migrated', rollback: 'rolled back', backup: 'backed up' }[kind]
}

function runbookAction({ runbook, plan, run, last }: RunbookStands, place: number): Action {
  const shown = run?.run.id ?? (plan ? undefined : last?.id)
  if (shown)
    return {
      label: `${place} · What happened`,
      says: `Shows run ${shown} of ${runbook.name}`.slice(0, 75),
      command: 'status',
      input: { run: shown },
    }
  if (plan)
    return {
      label: `${place} · Open`,
      says: `Shows plan ${plan.id} of ${runbook.name}`.slice(0, 75),
      command: 'status',
      input: { runbook: runbook.name },
    }
  return {
    label: `${place} · Plan`,
    says: `Makes a plan of ${runbook.name}; nothing is run`.slice(0, 75),
    command: 'plan',
    input: { runbook: runbook.name },
  }
}

/** The same, and that people were not told what they should have been. */
export const withRefused = (view: View, runbook: string, refused: number): View =>
  refused
    ? {
        ...view,
        parts: [
          ...view.parts,
          text(
            say`${bold(`${counted(refused, 'message of its notices was', 'messages of its notices were')} refused.`)} Whose, and what to do: ${typed(`notices ${runbook}`)}.`,
          ),
        ],
      }
    : view

/** A plan whose runbook is scheduled says for when. */
export const withSchedule = (view: View, scheduled: Zoned | null): View =>
  scheduled ? { ...view, parts: [...view.parts, text(say`${bold('Scheduled for')} ${scheduled}.`)] } : view

/** One run for somebody who joins late: its state, who has it, its choices, and the last ten events. */
export function runStatusView(
  run: Run,
  attempts: readonly Attempt[],
  gate: Gate | null,
  events: readonly Event[],
  now: Instant,
  approvals: ApprovedBy = [],
): View {
  const view = runView(run, attempts, gate, now, { approvals, asks: asked })
  const latest = events.slice(-eventsShown)
  return {
    ...view,
    parts: [
      ...view.parts,
      ...(run.endedAt || isAcknowledged(run) ? [] : [text(say`${acknowledgedLine(run)}.`)]),
      ...(latest.length
        ? [
            text([bold(`The last ${counted(latest.length, 'event')}:`)]),
            { part: 'list' as const, numbered: false, items: latest.map((event) => eventLine(event, run)) },
          ]
        : []),
    ],
    actions: view.actions.filter(({ command }) => command !== 'status'),
  }
}
