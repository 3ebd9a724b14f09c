import { setTimeout } from 'node:timers/promises'
import cliProgress from 'cli-progress'
import type pg from 'pg'
import type { Progress } from '../domain/step.ts'
import { attemptsOf } from '../store/attempts.ts'
import { openGateOf } from '../store/gates.ts'
import { runById } from '../store/runs.ts'
import { endingView } from '../views/ending.ts'
import { gateView } from '../views/gate.ts'
import { lineText } from '../views/plain.ts'
import { progressLine } from '../views/step-facts.ts'
import { stepView } from '../views/step.ts'
import { terminalText, type Terminal } from '../views/terminal.ts'

/** Milliseconds between two looks. */
const lookEvery = 200

/**
 * Shows a run as it goes: each step as it ends, a bar for what takes long. Ends when the run has ended (0 when it is
 * done, 1 when it went back) or waits for people (2). Leaving it changes nothing: the bot drives.
 */
export async function follow(pool: pg.Pool, id: string, screen: Terminal): Promise<number> {
  const shown = new Set<string>()
  const bar = new cliProgress.SingleBar(
    { format: '{step} [{bar}] {percentage}% {text}', hideCursor: true, clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  )
  let barOf = ''
  for (;;) {
    const [run, record, gate] = [
      await runById(pool, id),
      await attemptsOf(pool, id),
      await openGateOf(pool, id),
    ]
    if (!run) throw new Error(`run ${id} has gone`)
    for (const attempt of record) {
      const key = `${attempt.step}/${attempt.attempt}`
      if (!attempt.outcome || shown.has(key)) continue
      shown.add(key)
      bar.stop()
      barOf = ''
      const { step, outcome, endedAt } = attempt
      if (outcome.status === 'done' || outcome.status === 'unneeded')
        console.log(terminalText(stepView(run, step, outcome, endedAt ?? attempt.beganAt), screen))
    }
    const present = record.findLast((attempt) => !attempt.outcome && attempt.progress?.of)
    if (present?.progress?.of && screen.colour) {
      if (barOf !== present.step) bar.start(present.progress.of, 0, { step: present.step, text: '' })
      barOf = present.step
      bar.update(Math.min(present.progress.done, present.progress.of), { text: textOf(present.progress) })
    }
    if (run.endedAt || gate) {
      bar.stop()
      console.log(terminalText(gate ? gateView(gate, run, record) : endingView(run, record), screen))
      if (gate) return 2
      return run.ending === 'done' ? 0 : 1
    }
    await setTimeout(lookEvery)
  }
}

const textOf = (progress: Progress): string => lineText(progressLine(progress))
