import { ok, type Result } from '../domain/result.ts'
import type { Move, Prepared } from '../domain/script.ts'
import type { BothWays } from './engine.ts'

type Prepare = (move: Move) => Promise<Result<Prepared>>

/** Both ways of a move. No way down is a plan without it, which says so; a way down that is broken is no plan. */
export async function prepareBoth(
  prepare: Prepare,
  { up, down }: { up: Move; down: Move },
): Promise<Result<BothWays>> {
  const forth = await prepare(up)
  if (!forth.ok) return forth
  const back = await prepare(down)
  if (back.ok) return ok({ up: forth.value, down: back.value })
  if (back.problem.code !== 'migration-irreversible') return back
  const { why } = back.problem
  return ok({ up: forth.value, down: null, ...(why && { noDown: why }) })
}

/** The same moves as approved, so that only their SQL can differ: where the history stands is compared by itself. */
export const prepareAgain = (prepare: Prepare, { up, down }: BothWays): Promise<Result<BothWays>> =>
  prepareBoth(prepare, { up: up.move, down: down?.move ?? { from: up.move.to, to: up.move.from } })
