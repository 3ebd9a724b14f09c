import { planKey, runKey } from '../../domain/delivery.ts'
import type { Instant } from '../../domain/json.ts'
import type { Acknowledgement, Gate, Run } from '../../domain/run.ts'
import type { Plan } from '../../domain/plan.ts'
import { bold, dayAndClock, say, text, type Inline, type View } from '../../domain/view.ts'
import { overLine } from '../people/acknowledged.ts'
import { counted } from '../words/amounts.ts'
import { subjectOf } from '../words/step-names.ts'
import { typed } from '../words/typed.ts'

// What the one who asked is told at once. Everything of a run is in its runbook's channel besides.

const inChannel = (plan: Plan, message: string): Inline => ({
  channel: plan.approved.runbook.channel,
  message,
})
const planOf = (plan: Plan): Inline => inChannel(plan, planKey(plan.id))
const runOf = (plan: Plan, run: string): Inline => inChannel(plan, runKey(run))

const brief = (state: View['state'], ...more: View['state'][]): View => ({
  state,
  parts: more.map(text),
  actions: [],
})

export const planMade = (plan: Plan): View =>
  brief(say`Plan ${bold(plan.id)} · ${subjectOf(plan)} is in ${planOf(plan)}. Nothing was run.`)

/** It was made again, and the open one says the same. `until`: its approvals hold. */
export const planUnchanged = (plan: Plan, until: Instant): View =>
  brief(
    say`${bold('Nothing has changed')} since plan ${bold(plan.id)} · ${subjectOf(plan)} was made: it stays, with its approvals, in ${planOf(plan)}. Nothing was run.`,
    say`What was measured in it is of now. It holds until ${dayAndClock(until)}; for a new one, approved anew, first type ${typed(`cancel ${plan.id}`)}.`,
  )

/** `missing`: approvals that it still waits for. */
export const approvedSaid = (plan: Plan, says: string, missing: number): View =>
  brief(
    say`Recorded: you ${bold(says)} plan ${plan.id}.`,
    missing
      ? say`It still waits for ${counted(missing, 'approval')}.`
      : say`It may be run now, by an operator, in ${planOf(plan)}.`,
  )

export const runBegun = (plan: Plan, run: string): View =>
  brief(say`Run ${bold(run)} · ${subjectOf(plan)} has begun. It is in ${runOf(plan, run)}, step by step.`)

/** `over`: who had acknowledged the run, and is told, too. */
export const answeredSaid = (
  gate: Gate,
  run: Run,
  { left, over }: { left: boolean; over: Acknowledgement | null },
): View =>
  left
    ? brief(
        say`Recorded: it stays as it is. Run ${bold(run.id)} still waits for an answer in ${runOf(run.plan, run.id)}.`,
      )
    : brief(
        say`Recorded. Run ${bold(gate.run)} goes on in ${runOf(run.plan, run.id)}.`,
        ...(over ? [overLine(over)] : []),
      )

/** `waits`: a step is under way and is stopped first. `over`: who had acknowledged the run, and is told, too. */
export const cancelledSaid = ({
  run,
  waits,
  over,
}: {
  run: Run
  waits: boolean
  over: Acknowledgement | null
}): View =>
  brief(
    waits
      ? say`Run ${bold(run.id)} is cancelled: Lockkeeper stops its present step, then restores services and access. Where a step fails, it asks. See ${runOf(run.plan, run.id)}.`
      : say`Run ${bold(run.id)} is cancelled: Lockkeeper restores services and access now. Where a step fails, it asks. See ${runOf(run.plan, run.id)}.`,
    ...(over ? [overLine(over)] : []),
  )

export const discardedSaid = (plan: Plan): View =>
  brief(say`Plan ${bold(plan.id)} is discarded. Nothing was run.`)
