import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

/** Exit codes (sysexits.h): what a restart does not mend, what it does, and ours when it was told twice to stop. */
export const exitCodes = { usage: 64, configuration: 78, lostLocks: 70, unexpected: 1, forced: 137 } as const

/** Milliseconds before the bot is started again; doubled while it keeps leaving at once. */
const restarts = { least: 200, most: 10_000, calm: 60_000 }

/**
 * Keeps a bot running: it leaves at once when it loses its locks, since another one may drive its runs by then, and
 * comes back here. Ends with the bot's exit code when it is told to stop, or when no restart would help.
 */
export async function supervise(
  bot: URL,
  say: (line: string) => void,
  restartAfter = restarts,
): Promise<number> {
  const stopping = new AbortController()
  let forced = false
  let child: ChildProcess | null = null
  const stop = (signal: NodeJS.Signals): void => {
    forced = stopping.signal.aborted
    child?.kill(forced ? 'SIGKILL' : signal)
    stopping.abort()
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  for (let pause: number = restartAfter.least; ; pause = Math.min(pause * 2, restartAfter.most)) {
    const began = performance.now()
    child = fork(bot, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const code = await exitOf(child)
    if (stopping.signal.aborted || code === 0) return code ?? (forced ? exitCodes.forced : 0)
    if (code === exitCodes.configuration) return code
    if (performance.now() - began > restartAfter.calm) pause = restartAfter.least
    say(
      `Lockkeeper's worker left (${code ?? 'killed'}) and starts again in ${pause} ms. Once it is ready, runs go on where they were.`,
    )
    await setTimeout(pause, null, { signal: stopping.signal }).catch(() => {})
    if (stopping.signal.aborted) return 0
  }
}

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve))
