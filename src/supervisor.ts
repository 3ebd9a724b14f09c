import { fork, type ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

type Environment = Readonly<Record<string, string | undefined>>

/** Exit codes (sysexits.h): what a restart does not mend, what it does, and ours when it was told twice to stop. */
export const exitCodes = { usage: 64, configuration: 78, lostLocks: 70, unexpected: 1, forced: 137 } as const

/**
 * MB of each half of V8's young generation. Node would let it grow to 16, and a bot that does nothing would fill it before
 * anything is collected. https://nodejs.org/api/cli.html#--max-semi-space-sizesize-in-mib
 */
const youngest = 4

/** Milliseconds before the bot is started again; doubled while it keeps leaving at once. */
const restarts = { least: 200, most: 10_000, calm: 60_000 }

/** Milliseconds between two looks at whether npm's shell is there. */
const lookEvery = 250

/**
 * Keeps a bot running: it leaves at once when it loses its locks, since another one may drive its runs by then, and
 * comes back here. Ends with the bot's exit code when it is told to stop, or when no restart would help.
 *
 * npm and npx end the shell between them and us when they get a SIGTERM, and nothing tells us: the end of that shell is a
 * SIGTERM, too.
 */
export async function supervise(
  bot: URL,
  environment: Environment,
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
  if (isWaitedForByNpm(environment)) {
    const shell = process.ppid
    const watch = setInterval(() => {
      if (process.ppid === shell) return
      clearInterval(watch)
      if (!stopping.signal.aborted) stop('SIGTERM')
    }, lookEvery)
    watch.unref()
  }
  for (let pause: number = restartAfter.least; ; pause = Math.min(pause * 2, restartAfter.most)) {
    const began = performance.now()
    child = fork(bot, {
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, `--max-semi-space-size=${youngest}`],
    })
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

/** Whether npm's shell lives as long as we do: its script ends with us, and leaves nothing in the background. */
const isWaitedForByNpm = ({ npm_lifecycle_script: script }: Environment): boolean =>
  script !== undefined && /(?:lockkeeper|start)['"]?$/.test(script.trim())

const exitOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve))
