import { setTimeout } from 'node:timers/promises'
import type { Run } from '../domain/run.ts'
import type { Step } from '../domain/step.ts'
import { isOut } from '../store/deliveries.ts'
import type { Surroundings } from './world.ts'

/** Milliseconds that a run waits for its card to be seen, and between two looks. A Slack that is away stops nobody. */
const patience = { most: 5_000, every: 50 } as const

/**
 * Before the first service stops, whoever watches has the card that undoes everything by hand. It is a file on our host
 * in any case; in Slack it is waited for, for a moment.
 */
export async function untilCardIsOut(
  { pool, config }: Pick<Surroundings, 'pool' | 'config'>,
  run: Run,
  step: Step,
  signal: AbortSignal,
): Promise<void> {
  if (!config.slack || step.kind !== 'stop' || run.windowBegan) return
  const until = performance.now() + patience.most
  while (!signal.aborted && performance.now() < until && !(await isOut(pool, `card:${run.id}`)))
    await setTimeout(patience.every)
}
