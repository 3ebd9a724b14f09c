import { setTimeout as pause } from 'node:timers/promises'
import { terminateBackend } from '../../adapters/postgres/fence.ts'
import { waitUntilGone } from '../../adapters/postgres/sessions.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import type { Result } from '../../domain/result.ts'
import { readHistory } from '../history.ts'
import { readMarks } from '../parts.ts'
import { controlSessionOf } from './control-session.ts'
import type { UnitAt } from '../unit-at.ts'
import type { Work } from './run-statement.ts'

/** Milliseconds. A server that restarts is back by then; a backend that still commits is too. */
const patience = { answer: 5_000, reach: 30_000, gone: 15_000 }

/**
 * Ends our own backend, wherever it is, and waits until it is gone: from then on nothing of ours changes anything, and
 * what the history says is the truth. False: it could not be ended, or the server could not be reached.
 */
export async function fenceWorking(
  work: Pick<Work, 'target' | 'control'>,
  { pid, backendStart }: TargetSession,
): Promise<boolean> {
  const reached = await reach(work)
  if (!reached.ok) return false
  await terminateBackend(reached.value.client, pid, backendStart)
  return waitUntilGone(reached.value.client, { pid, backendStart }, patience.gone)
}

/** Whether the unit that was running when its session was lost committed. Null: nobody knows. */
export async function hasCommitted(work: Work, lost: TargetSession, at: UnitAt): Promise<boolean | null> {
  if (!(await fenceWorking(work, lost))) return null
  const { client } = work.control.session
  if (at.after) return ((await readHistory(client, work.history)).at(-1) ?? null) === at.after.last
  return (await readMarks(client, at.script)).done.has(at.part)
}

/** The session beside, opened again where it was lost too. */
async function reach(work: Pick<Work, 'target' | 'control'>): Promise<Result<TargetSession>> {
  const { session } = work.control
  const answers = await Promise.race([
    session.client.query('select').then(
      () => true,
      () => false,
    ),
    pause(patience.answer, false),
  ])
  if (answers) return { ok: true, value: session }
  await session.end()
  const until = performance.now() + patience.reach
  for (;;) {
    const opened = await work.target.connect({ heartbeat: true })
    if (opened.ok) work.control = controlSessionOf(opened.value)
    if (opened.ok || opened.problem.code !== 'target-unreachable' || performance.now() > until) return opened
    await pause(250)
  }
}
