import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

/** Exit codes of the bot (sysexits.h): what a restart does not mend, and what it does. */
export const exitCodes = { configuration: 78, lostLocks: 70 } as const

/** Milliseconds before the bot is started again; doubled while it keeps leaving at once. */
const restartAfter = { least: 200, most: 10_000, calm: 60_000 } as const

/**
 * Keeps a bot running: it leaves at once when it loses its locks, since another one may drive its runs by then, and
 * comes back here. Ends with the bot's exit code when it is told to stop, or when no restart would help.
 */
export async function supervise(bot: URL, say: (line: string) => void): Promise<number> {
  let stopping = false
  let child: ChildProcess | null = null
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal forces.
    child?.kill(stopping ? 'SIGKILL' : signal)
    stopping = true
  }
  process.on('SIGTERM', stop).on('SIGINT', stop)
  for (let pause: number = restartAfter.least; ; ) {
    const began = performance.now()
    child = fork(bot, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const code = await exitOf(child)
    if (stopping || code === 0) return code ?? 0
    if (code === exitCodes.configuration) return code
    pause = performance.now() - began > restartAfter.calm ? restartAfter.least : Math.min(pause * 2, restartAfter.most)
    say(`Lockkeeper's worker left (${code ?? 'killed'}) and starts again in ${pause} ms. Runs go on where they were.`)
    await setTimeout(pause)
    if (stopping) return 0
  }
}

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('exit', resolve))
