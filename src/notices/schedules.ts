import type pg from 'pg'
import { addressee } from '../domain/delivery.ts'
import type { Instant } from '../domain/json.ts'
import type { Directory } from '../domain/person.ts'
import { preparationSeconds } from '../domain/plan.ts'
import type { Problem } from '../domain/problem.ts'
import { leadFor, type Schedule } from '../domain/schedule.ts'
import { announce, makeNotice } from '../runs/announcing.ts'
import { endUnrun } from '../runs/scheduling.ts'
import { attemptsOf } from '../store/attempts.ts'
import { recordEvent } from '../store/events.ts'
import { openGateOf } from '../store/gates.ts'
import { insertNotice, noticesOf, withholdNotice } from '../store/notices.ts'
import { openPlanOutline } from '../store/plans.ts'
import { runOutlineById } from '../store/runs.ts'
import {
  beginTold,
  bindSchedule,
  endSchedule,
  lockSchedule,
  lookAgainAt,
  markSchedule,
  promiseNews,
  scheduleBefore,
  scheduleById,
  schedulesToLookAt,
} from '../store/schedules.ts'
import { timeOf, transaction, type Queryable } from '../store/transaction.ts'
import { standingOf } from '../views/run/standing.ts'
import { isSeenUndone } from '../views/run/undone.ts'
import { addressesOf, membersOf, type Members } from './audience.ts'
import { dueOf, marks, nextLook, owedMark, type Due, type Looked, type RunStands } from './due.ts'

export interface Announcing {
  members: Directory['members']
  /** Why a run could not start now; null: it could. */
  whyNot: (schedule: Schedule) => Promise<Problem | null>
  /** Starts the run of a schedule whose runbook lets the clock do it; why it could not, or null. */
  starts: (schedule: Schedule) => Promise<Problem | null>
  /** What time it is, by the store's clock; replicas differ. */
  now?: Instant
}

/** Schedules of one look: what is left is looked at a second later. */
const atOnce = 100

/**
 * One look at everything that is scheduled: who is to be told something is told, each once whatever process looks. What
 * one schedule makes impossible, or takes long to ask, does not keep others from it.
 */
export async function attendSchedules(pool: pg.Pool, given: Announcing): Promise<void> {
  const now = given.now ?? (await timeOf(pool))
  const looks = (await schedulesToLookAt(pool, now, atOnce)).map((id) => attend(pool, id, given, now))
  const broken = (await Promise.allSettled(looks)).flatMap((look) =>
    look.status === 'rejected' ? [look.reason as unknown] : [],
  )
  if (broken.length > 0) throw new AggregateError(broken, 'schedules could not be attended to')
}

async function look(tx: Queryable, schedule: Schedule): Promise<Looked> {
  const notices = await noticesOf(tx, schedule.id)
  const plan = schedule.run ? null : await openPlanOutline(tx, schedule.runbook.name, 'migrate')
  return {
    schedule,
    notices,
    run: schedule.run ? await runStands(tx, schedule.run) : null,
    lead: plan ? leadFor(preparationSeconds(plan)) : 0,
  }
}

async function runStands(tx: Queryable, id: string): Promise<RunStands | null> {
  const run = await runOutlineById(tx, id)
  if (!run) return null
  const { backAt, database } = standingOf(run, await attemptsOf(tx, id), null)
  const isRollback = run.plan.kind === 'rollback'
  return {
    holder: run.holder,
    windowBegan: run.windowBegan,
    backAt,
    ended: run.endedAt !== null,
    isSeenUndone: isSeenUndone(await openGateOf(tx, id)),
    applied:
      database === 'as before' || database === 'as after' ? (database === 'as after') !== isRollback : null,
    isRollback,
  }
}

/** What has to be asked of others before anything is recorded. */
interface Asked {
  members: Members
  problem: Problem | null
}

/** Looked at twice: without a lock, to ask others what is needed, and again with the schedule's lock. */
async function attend(pool: pg.Pool, id: string, given: Announcing, now: Instant): Promise<void> {
  const seen = await scheduleById(pool, id)
  if (!seen) return
  const looked = await look(pool, seen)
  const due = dueOf(looked, now)
  if (due.length === 0) {
    if (!looked.run) await lookAgainAt(pool, seen, nextLook(looked, now))
    return
  }
  const asked = await askOthers(looked.schedule, due, given)
  await transaction(pool, async (tx) => {
    const held = await lockSchedule(tx, id)
    if (!held || held.over || held.moves !== seen.moves) return
    const present = await look(tx, held)
    const told = new Set<string>()
    for (const each of dueOf(present, now)) await carryOut(tx, present, each, asked, told)
  })
}

const askOthers = async (schedule: Schedule, due: readonly Due[], given: Announcing): Promise<Asked> => ({
  members: await membersOf(schedule.runbook, given.members),
  problem: await problemOf(schedule, due, given),
})

async function problemOf(
  schedule: Schedule,
  due: readonly Due[],
  { whyNot, starts }: Announcing,
): Promise<Problem | null> {
  const isDue = (what: Due['do']): boolean => due.some((each) => each.do === what)
  if (isDue('ask') && startsByItself(schedule)) return starts(schedule)
  return isDue('ready') ? whyNot(schedule) : null
}

const startsByItself = ({ runbook }: Schedule): boolean => runbook.window.startsBy === 'clock'

/** `told`: addresses that this look has told something already. */
async function carryOut(
  tx: pg.PoolClient,
  { schedule, run }: Looked,
  due: Due,
  { members, problem }: Asked,
  told: Set<string>,
): Promise<void> {
  const { id, runbook } = schedule
  const event = (key: string, body: Parameters<typeof recordEvent>[1]['body']) =>
    recordEvent(tx, { by: 'lockkeeper', run: null, plan: null, key: `${id}/${schedule.moves}/${key}`, body })
  const tell = async (notice: { id: string; schedule: string; place: number | null }): Promise<void> => {
    const { to, untold } = addressesOf(runbook, notice.place ?? -1, members)
    const rest = to.filter((each) => !told.has(addressee(each)))
    for (const each of rest) told.add(addressee(each))
    if (rest.length > 0) await makeNotice(tx, notice, { to: rest, untold })
    else await withholdNotice(tx, notice.id, to.length > 0 ? 'superseded' : 'nobody')
  }
  switch (due.do) {
    case 'tell':
      return tell(due.notice)
    case 'tell-place': {
      // The window of a run that nobody had scheduled begins in this very transaction.
      const { window } = (await scheduleById(tx, id)) ?? schedule
      return tell(
        await insertNotice(tx, id, { place: due.place, about: due.about, window, dueAt: await timeOf(tx) }),
      )
    }
    case 'tell-rest':
      return announce(tx, schedule, due.about, told)
    case 'tell-again': {
      const [present, before] = [(await scheduleById(tx, id)) ?? schedule, await scheduleBefore(tx, schedule)]
      return before ? announce(tx, present, { is: 'start', takenBack: true }, told, before) : undefined
    }
    case 'withhold':
      return withholdNotice(tx, due.notice.id, due.why)
    case 'ready':
      await markSchedule(tx, id, marks.ready(due.before))
      return void (await event(marks.ready(due.before), {
        is: 'schedule.ready',
        schedule: id,
        before: due.before,
        problem,
      }))
    case 'ask': {
      const mark = due.late ? marks.askedAgain : marks.asked
      await markSchedule(tx, id, mark)
      return void (await event(mark, {
        is: 'schedule.asks',
        schedule: id,
        late: due.late,
        problem: startsByItself(schedule) ? problem : null,
      }))
    }
    case 'miss':
      return endUnrun(tx, schedule, { as: 'missed', by: 'lockkeeper', reason: null })
    case 'unbind':
      return schedule.ahead
        ? bindSchedule(tx, id, null)
        : endSchedule(tx, id, { as: 'unchanged', by: 'lockkeeper', reason: null })
    case 'begin':
      await markSchedule(tx, id, marks.began)
      return beginTold(tx, id, runbook.window.within)
    case 'owe':
      await markSchedule(tx, id, owedMark(due.at))
      return void (await event(owedMark(due.at), {
        is: 'news.owed',
        schedule: id,
        person: run?.holder ?? schedule.by,
        at: due.at,
      }))
    case 'promise':
      return promiseNews(tx, id, due.at)
    case 'end':
      await endSchedule(tx, id, { as: due.as, by: 'lockkeeper', reason: null })
      return void (await event('over', { is: 'schedule.over', schedule: id, as: due.as }))
  }
}
