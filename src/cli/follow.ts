import { setTimeout } from 'node:timers/promises'
import cliProgress from 'cli-progress'
import type pg from 'pg'
import type { Instant } from '../domain/json.ts'
import type { Attempt } from '../domain/run.ts'
import type { Progress } from '../domain/step.ts'
import { attemptsOf } from '../store/attempts.ts'
import { openGateOf } from '../store/gates.ts'
import { isAnyAlive } from '../store/locks.ts'
import { runById } from '../store/runs.ts'
import { endingView } from '../views/run/ending.ts'
import { gateView } from '../views/run/gate.ts'
import { lineText } from '../views/words/plain.ts'
import { problemView } from '../views/problem/problem.ts'
import { progressLine } from '../views/run/step-facts.ts'
import { stepView } from '../views/run/step.ts'
import { terminalText, type Terminal } from '../views/terminal.ts'

/** Milliseconds between two looks, and without a worker before it is said. */
const times = { look: 200, patience: 5_000 } as const

/**
 * Shows a run as it goes: each step that ends after `since`, a bar for what takes long. Ends when the run has ended (0
 * when it is done, 1 when it went back) or waits for people (2). Leaving it changes nothing: the bot drives.
 */
export async function follow(pool: pg.Pool, id: string, since: Instant, screen: Terminal): Promise<number> {
  const shown = new Set<string>()
  const bar = progressBar(screen)
  let aliveAt = performance.now()
  for (;;) {
    const run = await runById(pool, id)
    if (!run) throw new Error(`run ${id} has gone`)
    const [record, gate] = [await attemptsOf(pool, id), await openGateOf(pool, id)]
    for (const { step, attempt, outcome, endedAt } of record) {
      const key = `${step}/${attempt}`
      if (!outcome || !endedAt || endedAt < since || shown.has(key)) continue
      shown.add(key)
      bar.show(null)
      if (outcome.status === 'done' || outcome.status === 'unneeded')
        console.log(terminalText(stepView(run, step, outcome, endedAt), screen))
    }
    bar.show(record.findLast(({ outcome, progress }) => !outcome && progress?.of) ?? null)
    if (run.endedAt || gate) {
      bar.show(null)
      console.log(terminalText(gate ? gateView(gate, run, record) : endingView(run, record), screen))
      if (gate) return 2
      return run.ending === 'done' ? 0 : 1
    }
    if (await isAnyAlive(pool)) aliveAt = performance.now()
    else if (performance.now() - aliveAt > times.patience) {
      bar.show(null)
      console.log(terminalText(problemView({ code: 'no-worker', since: null }), screen))
      aliveAt = Infinity
    }
    await setTimeout(times.look)
  }
}

/** One bar, for the step under way; where nothing can be drawn over, none. */
function progressBar({ colour }: Terminal): { show(attempt: Attempt | null): void } {
  const bar = new cliProgress.SingleBar(
    { format: '{step} [{bar}] {percentage}% {text}', hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  )
  let of: string | null = null
  return {
    show(attempt) {
      const total = attempt?.progress?.of
      if (of !== null && of !== attempt?.step) bar.stop()
      if (!attempt?.progress || !total || !colour) return void (of = null)
      if (of !== attempt.step) bar.start(total, 0, { step: attempt.step, text: '' })
      of = attempt.step
      bar.update(Math.min(attempt.progress.done, total), { text: textOf(attempt.progress) })
    },
  }
}

const textOf = (progress: Progress): string => lineText(progressLine(progress))
