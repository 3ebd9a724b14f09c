import { setTimeout } from 'node:timers/promises'
import type pg from 'pg'
import type { Problem } from '../domain/problem.ts'
import { failure } from '../domain/result.ts'
import { differencesOf, readRunbook } from '../domain/runbook-read.ts'
import type { Runbook } from '../domain/runbook.ts'
import type { Runbooks } from '../runbook/load.ts'
import { isAnyAlive } from '../store/locks.ts'
import { recordedRunbook } from '../store/runbooks-read.ts'

/** Milliseconds between two looks at what the bot has read, and how long a file that was just written is waited for. */
const times = { look: 200, patience: 10_000 } as const

/**
 * The runbooks of a terminal: one that is not as the bot reads it is refused. Who approves, what is stopped and which
 * commands are run stands in there. `sayRefused` tells everybody; not while no bot lives that could have read the file.
 */
export function recordedOnly(
  pool: pg.Pool,
  own: Runbooks,
  sayRefused: (problem: Problem<'runbook-differs'>) => Promise<void>,
): Runbooks {
  return {
    ...own,
    async find(typed) {
      const found = await own.find(typed)
      if (!found.ok) return found
      const file = await own.fileOf(found.value)
      const until = performance.now() + times.patience
      for (;;) {
        const differs = await whyNotAsRead(pool, found.value, file)
        if (!differs) return found
        const isRead = await isAnyAlive(pool)
        if (isRead && performance.now() < until) {
          await setTimeout(times.look)
          continue
        }
        if (isRead) await sayRefused(differs)
        return failure(differs)
      }
    },
  }
}

async function whyNotAsRead(
  pool: pg.Pool,
  runbook: Runbook,
  file: string,
): Promise<Problem<'runbook-differs'> | null> {
  const recorded = await recordedRunbook(pool, runbook.name)
  const differs = recorded ? differencesOf(recorded, readRunbook(runbook, file)) : []
  if (recorded && differs.length === 0) return null
  const its = recorded && { file: recorded.file, host: recorded.host, at: recorded.at }
  return { code: 'runbook-differs', runbook: runbook.name, file, differs, recorded: its }
}
