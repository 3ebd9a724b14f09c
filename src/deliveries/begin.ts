import type pg from 'pg'
import { scheduleOfNotice } from '../domain/notice.ts'
import type { View } from '../domain/view.ts'
import type { Log } from '../log.ts'
import { beginDelivery, recordLater, recordRefused, type Due } from '../store/deliveries.ts'
import { stateShown } from '../store/edits.ts'
import { isOvertaken } from '../store/notices.ts'
import { marked } from '../views/marks.ts'
import { waitAfter, type Pace } from './pace.ts'
import type { Render } from './render.ts'

export interface BeginOptions {
  pool: pg.Pool
  render: Render
  log: Log
  pace: Pick<Pace, 'late' | 'away'>
}

/** A message that is being sent, as it is to be seen now. */
export interface Begun {
  view: View
  shown: { wanted: number; state: string | null }
}

/** Tries that a message has whose drawing fails: that is a bug, and may be one of the moment. */
const drawings = 8

/** The mark before a message is sent. Null: there is nothing to send now; why is recorded. */
export async function begin({ pool, render, log, pace }: BeginOptions, due: Due): Promise<Begun | null> {
  const { key, shows } = due
  const begun = await beginDelivery(pool, key)
  if (!begun) return null
  if (await isOld(pool, due)) {
    await recordRefused(pool, key, 'superseded')
    return null
  }
  const shown = { wanted: begun.wanted, state: await stateShown(pool, shows) }
  const view = await drawn(render, log, due)
  if (view === 'not now' && due.attempts < drawings) {
    const at = new Date(Date.now() + waitAfter(pace.away, due.attempts)).toISOString()
    await recordLater(pool, key, at, due.unsure ? 'unsure' : 'due', 'bug')
    return null
  }
  if (view === 'not now' || view === null) {
    await recordRefused(pool, key, view ? 'bug' : 'nothing_to_show')
    return null
  }
  return { view: marked(view, marksOf(due, pace.late), new Date().toISOString()), shown }
}

/** Two notices that waited together: who reads both reads the one that counts last. */
const isOld = async (pool: pg.Pool, { key, shows }: Due): Promise<boolean> =>
  'notice' in shows && isOvertaken(pool, scheduleOfNotice(shows.notice), key)

/** Draws what a message shows. A failure is a bug: it is logged, and what is shown then is not known. */
export async function drawn(
  render: Render,
  log: Log,
  { key, shows }: Pick<Due, 'key' | 'shows'>,
): Promise<View | null | 'not now'> {
  try {
    return await render(shows)
  } catch (error) {
    log.error({ err: error, key }, 'a message could not be drawn')
    return 'not now'
  }
}

const marksOf = ({ shows, madeAt, unsure }: Due, late: number) => ({
  twice: unsure,
  // What shows the present says itself when it was written.
  ...(!('run' in shows || 'plan' in shows) && Date.now() - Date.parse(madeAt) > late && { from: madeAt }),
})
