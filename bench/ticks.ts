import type pg from 'pg'
import { attendSchedules } from '../src/notices/schedules.ts'
import { schedule } from '../src/runs/scheduling.ts'
import { connectStore } from '../src/store/connect.ts'
import { recordStanding } from '../src/store/standing.ts'
import { telling } from '../test/notices/diary.ts'
import { sampleRunbook } from '../test/plans.ts'
import type { Ground } from './ground.ts'
import { inTurn, median, milliseconds, type Line } from './measure.ts'

const rounds = 20
/** Three notices of each have a time before the start. */
const schedules = 3_334
const mostMs = 50
const day = 86_400_000
const caller = { person: 'U0ASHA', via: 'slack' } as const

/** A second of the clock with 10,000 notices that are not due, and one in which one of them is; beside a bare lookup. */
export async function ticks(ground: Ground): Promise<Line[]> {
  const pool = connectStore(await ground.makeStore('bench_ticks'), 4)
  await recordStanding(pool, caller.person, ['migration-operators'], 3_600)
  const soon: string[] = []
  for (let i = 0; i < schedules; i++) soon.push(await scheduled(pool, `book-${i}`, 10 * day + i * 1_000))
  const nothing = { members: async () => [], whyNot: async () => null, starts: async () => null }
  const tick = (now: number): Promise<void> =>
    attendSchedules(pool, { ...nothing, now: new Date(now).toISOString() })
  // The first look after they were scheduled finds when each is due.
  const now = Date.now()
  for (let left = schedules; left > 0; left -= 100) await tick(now)
  let place = 0
  const measured = await inTurn(rounds, {
    quiet: () => milliseconds(() => tick(Date.now())),
    due: () => {
      const first = Date.parse(soon[place++] ?? '') - 3 * day
      return milliseconds(() => tick(first))
    },
    bare: () => milliseconds(() => pool.query('select id from lockkeeper.notice where id = $1', ['none'])),
  })
  const { rows } = await pool.query<{ made: number; pending: number }>(
    `select count(*) filter (where at is not null)::int as made, count(*) filter (where at is null)::int as pending
     from lockkeeper.notice`,
  )
  await pool.end()
  if (rows[0]?.made !== place) throw new Error(`${rows[0]?.made} notices were made, and ${place} were due`)
  const line = (what: string, ours: number[]): Line => ({
    what: `${what}, of ${rows[0]?.pending.toLocaleString('en')} notices that wait`,
    ours: `${median(ours).toFixed(1)} ms, worst ${Math.max(...ours).toFixed(1)} ms`,
    peer: `${median(measured.bare).toFixed(1)} ms: a bare lookup`,
    ratio: median(ours) / median(measured.bare),
    asked: { says: `median ≤ ${mostMs} ms`, holds: median(ours) <= mostMs },
  })
  return [line('a tick with nothing due', measured.quiet), line('a tick with one due', measured.due)]
}

async function scheduled(pool: pg.Pool, name: string, ms: number): Promise<string> {
  const runbook = { ...sampleRunbook(), ...telling, name }
  const start = new Date(Date.now() + ms).toISOString()
  const made = await schedule(pool, { runbook, start, seen: null }, caller)
  if (!made.ok) throw new Error(made.problem.code)
  return start
}
