import type pg from 'pg'
import type { Shows } from '../domain/delivery.ts'
import type { Event } from '../domain/event.ts'
import type { Instant } from '../domain/json.ts'
import { countBlockers, expiresAt, hasExpired, type Plan } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import type { Schedule } from '../domain/schedule.ts'
import type { Run } from '../domain/run.ts'
import type { Done } from '../domain/step.ts'
import type { View } from '../domain/view.ts'
import { planStateOf } from '../runs/plan-state.ts'
import { missingApprovals } from '../runs/starting.ts'
import { arrivedAt, filesRefused } from '../store/deliveries.ts'
import { alarmById, openAlarmsOf } from '../store/alarms.ts'
import { attemptsOf } from '../store/attempts.ts'
import { eventAt, pingsOf } from '../store/events.ts'
import { gateById, openGateOf } from '../store/gates.ts'
import { approvalsOf, openPlan, planById, type Approval } from '../store/plans.ts'
import { noticeById, noticesOf } from '../store/notices.ts'
import { reachTestById, triedOf } from '../store/reach-tests.ts'
import { scheduleById } from '../store/schedules.ts'
import { rollbackOf, runById } from '../store/runs.ts'
import { approvalAskedView } from '../views/approval-asked.ts'
import { accessView } from '../views/people/access.ts'
import { waitingIn } from '../store/waiting.ts'
import { acknowledgementView, lapsedView, pingView } from '../views/people/call.ts'
import { cardView } from '../views/run/card.ts'
import { endingView } from '../views/run/ending.ts'
import { eventView, failedCallView } from '../views/run/events.ts'
import { asked, askedElsewhere, gateView } from '../views/run/gate.ts'
import { noticeView } from '../views/notice/notice.ts'
import { planDetailsView } from '../views/plan-details.ts'
import { planView, type WaitsFor } from '../views/plan.ts'
import { testPing, testView } from '../views/people/reach-test.ts'
import { runView } from '../views/run/run.ts'
import { scheduleNewsView, scheduleView } from '../views/schedule/schedule.ts'
import { undeliveredView } from '../views/undelivered.ts'
import { calledBy } from '../views/words/typed.ts'

/** Draws what a delivery shows, as it is now. Null: there is nothing (any more) to show. */
export type Render = (shows: Shows) => Promise<View | null>

export interface RenderOptions {
  pool: pg.Pool
  /** Who has a role, for "waits for". */
  peopleOf: (role: string) => Promise<string[]>
  /** How Lockkeeper is called in a terminal of its host. */
  command?: string
  now?: () => Instant
}

export function makeRender(options: RenderOptions): Render {
  const { command = 'lockkeeper' } = options
  const draw = drawing(options, command)
  return async (shows) => {
    const view = await draw(shows)
    return view && calledBy(view, command)
  }
}

function drawing(options: RenderOptions, command: string): Render {
  const { pool, peopleOf, now = () => new Date().toISOString() } = options
  const ofRun = async (
    id: string,
    draw: (run: Run) => View | null | Promise<View | null>,
  ): Promise<View | null> => {
    const run = await runById(pool, id)
    return run && draw(run)
  }
  return async (shows) => {
    if ('plan' in shows || 'approval' in shows) {
      const plan = await planById(pool, 'plan' in shows ? shows.plan : shows.approval)
      if (!plan) return null
      const approvals = await approvalsOf(pool, plan.id)
      const state = await planStateOf(pool, plan)
      const waits = await waitsFor(plan, approvals, peopleOf)
      return 'of' in shows
        ? approvalAskedView(plan, approvals, state, waits, shows.of)
        : planView(plan, approvals, state, waits)
    }
    if ('planDetails' in shows) {
      const plan = await planById(pool, shows.planDetails)
      return plan && planDetailsView(plan, await filesRefused(pool, shows))
    }
    if ('run' in shows)
      return ofRun(shows.run, async (run) => {
        const [attempts, gate, approvals] = await Promise.all([
          attemptsOf(pool, run.id),
          openGateOf(pool, run.id),
          approvalsOf(pool, run.plan.id),
        ])
        return runView(run, attempts, gate, now(), {
          approvals,
          takenBack: run.endedAt ? await rollbackOf(pool, run.id) : null,
        })
      })
    if ('ending' in shows)
      return ofRun(shows.ending, async (run) =>
        endingView(run, await attemptsOf(pool, run.id), await rollbackOf(pool, run.id)),
      )
    if ('card' in shows)
      return ofRun(shows.card, async (run) => {
        const outcome = (await attemptsOf(pool, run.id)).findLast((a) => isCard(run, a.step))?.outcome
        return outcome?.status === 'done' ? cardView(run, outcome.facts as Done['card'], command) : null
      })
    if ('gate' in shows) {
      const gate = await gateById(pool, shows.gate)
      return gate && ofRun(gate.run, async (run) => gateView(gate, run, await attemptsOf(pool, run.id)))
    }
    if ('schedule' in shows) {
      const schedule = await scheduleById(pool, shows.schedule)
      return schedule && scheduleView(schedule, await noticesOf(pool, schedule.id))
    }
    if ('notice' in shows) {
      const notice = await noticeById(pool, shows.notice)
      const schedule = notice && (await scheduleById(pool, notice.schedule))
      return schedule && noticeView(notice, schedule, await noticesOf(pool, schedule.id))
    }
    if ('test' in shows) {
      const test = await reachTestById(pool, shows.test)
      if (!test) return null
      return shows.to === undefined ? testView(test, await triedOf(pool, test.id)) : testPing(test, shows.to)
    }
    if ('undelivered' in shows)
      return undeliveredView(shows.undelivered, await waitingIn(pool, shows.undelivered))
    const event = await eventAt(pool, shows.event)
    if (event && 'schedule' in event) {
      const schedule = await scheduleById(pool, event.schedule)
      if (!schedule) return null
      const present =
        event.is === 'schedule.ready' || event.is === 'schedule.asks'
          ? await whyNotReady(pool, schedule, event.problem)
          : null
      return scheduleNewsView(event, schedule, await noticesOf(pool, schedule.id), present)
    }
    if (event?.is === 'access.changed' || event?.is === 'access.refused') return accessView(event)
    return event?.run
      ? ofRun(event.run, (run) => drawEvent(pool, event, run, { now: now(), ...shows }))
      : null
  }
}

/** An event as a message. What calls people shows what is asked now, not what was. */
async function drawEvent(
  pool: pg.Pool,
  event: Event,
  run: Run,
  { now, to, linked }: { now: Instant; to?: string; linked?: true },
): Promise<View | null> {
  if (event.is === 'call.failed')
    return failedCallView(run, event, {
      closedAt: (await alarmById(pool, event.alarm))?.closedAt ?? null,
      arrivedAt: event.delivery === undefined ? null : await arrivedAt(pool, event.delivery),
    })
  if (event.is !== 'alarm.pinged' && event.is !== 'run.taken' && event.is !== 'hold.lapsed')
    return eventView(run, event)
  const [attempts, gate] = [await attemptsOf(pool, run.id), await openGateOf(pool, run.id)]
  const calling = { run, attempts, gate, alarms: await openAlarmsOf(pool, run.id) }
  const asks = linked ? askedElsewhere : asked
  if (event.is === 'run.taken') return acknowledgementView(event, calling, asks)
  if (event.is === 'hold.lapsed') return lapsedView(event, calling, asks)
  const alarm = await alarmById(pool, event.alarm)
  const pings = await pingsOf(pool, run.id, [event.alarm, ...calling.alarms.map(({ id }) => id)])
  return alarm && pingView(event, alarm, pings, calling, now, to, asks)
}

const isCard = (run: Run, id: string): boolean =>
  Object.values(run.plan.approved.routes).some((route) =>
    route?.some((step) => step.id === id && step.kind === 'card'),
  )

/**
 * Why a scheduled run could not start now, as far as the store can tell: of its plan and its approvals. What a look at the
 * world found is as it was found. Null: it could.
 */
async function whyNotReady(
  pool: pg.Pool,
  { runbook, window }: Pick<Schedule, 'runbook' | 'window'>,
  found: Problem | null,
): Promise<Problem | null> {
  const plan = await openPlan(pool, runbook.name, 'migrate')
  if (!plan) return { code: 'plan-missing', runbook: runbook.name }
  const at = expiresAt(plan)
  if (hasExpired(plan)) return { code: 'plan-expired', plan: plan.id, at }
  const blockers = countBlockers(plan)
  if (blockers > 0) return { code: 'plan-blocked', plan: plan.id, blockers }
  const missing = missingApprovals(plan, await approvalsOf(pool, plan.id))
  if (missing.length > 0) return { code: 'approvals-missing', plan: plan.id, missing }
  if (at < window.start) return { code: 'plan-expires', plan: plan.id, at, start: window.start }
  if (found?.code === 'plan-stale') return found.plan === plan.id ? found : null
  const isOfPlan = ['plan-missing', 'plan-blocked', 'approvals-missing', 'plan-expired', 'plan-expires']
  return found && !isOfPlan.includes(found.code) ? found : null
}

/** Who could still say what a plan waits for: nobody says it twice, and nobody for a plan of their own. */
async function waitsFor(
  plan: Plan,
  approvals: readonly Approval[],
  peopleOf: (role: string) => Promise<string[]>,
): Promise<WaitsFor[]> {
  const spoken = new Set([plan.author, ...approvals.map(({ person }) => person)])
  return Promise.all(
    missingApprovals(plan, approvals).map(async ({ says, role, people: count }) => {
      const all = await peopleOf(role)
      const people = all.filter((person) => !spoken.has(person))
      return { says, role, count, people, tooFew: all.length > 0 && people.length < count }
    }),
  )
}
