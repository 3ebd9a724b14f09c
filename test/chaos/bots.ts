import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import path from 'node:path'
import type { Place } from '../cli/place.ts'

/** The bots of a place, as a supervisor keeps them: each comes back when it leaves. */
export interface Bots {
  /** SIGKILL to one of them. Returns whether one lived. */
  kill(which: number): boolean
  /** Ends all of them with SIGKILL, and starts none until `start`. */
  down(): Promise<void>
  start(): void
  /** Ends them as a supervisor does, and waits. */
  stop(): Promise<void>
  /** How many were killed by us, and how often one left by itself (a lost store: 70). */
  counts: { killed: number; left: Record<string, number> }
}

/** Where a bot's output goes, for whoever reads that a round failed. */
export const logOf = ({ folder }: Place): string => path.join(folder, 'bots.log')

export function keepBots(place: Place, replicas: number): Bots {
  const counts: Bots['counts'] = { killed: 0, left: {} }
  const bots: (ChildProcess | null)[] = Array.from({ length: replicas }, () => null)
  let wanted = false
  const boot = (which: number): void => {
    const child = fork(new URL('../../src/bot.ts', import.meta.url), {
      cwd: place.folder,
      env: { ...place.environment, PORT: place.environment[`PORT_${which}`] },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => appendFileSync(logOf(place), part))
    bots[which] = child
    child.once('exit', (code, signal) => {
      if (signal !== 'SIGKILL') counts.left[String(code)] = (counts.left[String(code)] ?? 0) + 1
      bots[which] = null
      if (wanted) boot(which)
    })
  }
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    wanted = false
    await Promise.all(
      bots.map(async (bot) => {
        if (!bot) return
        const gone = once(bot, 'exit')
        bot.kill(signal)
        await gone
      }),
    )
  }
  return {
    counts,
    kill(which) {
      const killed = bots[which % replicas]?.kill('SIGKILL') === true
      if (killed) counts.killed += 1
      return killed
    },
    async down() {
      counts.killed += bots.filter(Boolean).length
      await end('SIGKILL')
    },
    start() {
      if (wanted) return
      wanted = true
      bots.forEach((_, which) => boot(which))
    },
    stop: () => end('SIGTERM'),
  }
}
