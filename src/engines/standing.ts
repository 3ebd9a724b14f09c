import { type Target, withSession } from '../adapters/postgres/target.ts'
import type { Reached } from '../domain/reached.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Move } from '../domain/script.ts'
import { compareMigrations, findHistory, type History, readHistory } from './history.ts'
import { halfDone } from './parts.ts'

/** What a target says about its migrations: those that were applied, oldest first, and those of which only a part was. */
interface Standing {
  applied: string[]
  half: string[]
}

/** Fails with `history-missing`: a table that is not there would read as "nothing was applied". */
async function readStanding(target: Target, history: History): Promise<Result<Standing>> {
  const read = await withSession(
    target,
    'read the history',
    async ({ client }): Promise<Result<Standing>> => {
      const { found } = await findHistory(client, history)
      if (!found) return failure({ code: 'history-missing', table: history.table })
      return ok({ applied: await readHistory(client, history), half: await halfDone(client) })
    },
    { settings: { readOnly: true } },
  )
  return read.ok ? read.value : read
}

/** Ids that the history table holds, oldest first. Fails with `history-missing`, and as connecting does. */
export async function appliedOn(target: Target, history: History): Promise<Result<string[]>> {
  const read = await readStanding(target, history)
  return read.ok ? ok(read.value.applied) : read
}

/** Where the history stands. A migration of which only a part was committed counts before what the history says. */
export async function reconcileMove(target: Target, history: History, { from, to }: Move): Promise<Reached> {
  const read = await readStanding(target, history)
  if (!read.ok) return { unknown: read.problem.code }
  const { applied, half } = read.value
  const last = applied.at(-1) ?? null
  const isWithin = (id: string): boolean => {
    const [older, newer] = [from, to].toSorted((a, b) =>
      a === null ? -1 : b === null ? 1 : compareMigrations(a, b),
    )
    return (
      newer != null &&
      (older == null || compareMigrations(id, older) > 0) &&
      compareMigrations(id, newer) <= 0
    )
  }
  const part = half.find(isWithin)
  if (part !== undefined) return { half: part }
  if (last === to) return { at: 'to' }
  if (last === from) return { at: 'from' }
  return last !== null && isWithin(last) ? { between: last } : { unknown: last ?? 'no migration' }
}
