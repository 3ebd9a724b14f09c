import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** A process that takes part in a measurement. All of them leave when we do. */
export interface Child {
  process: ChildProcess
  /** Aborts when it is gone. */
  gone: AbortSignal
  kill(): Promise<void>
}

/** Starts a program; its path is relative to this folder. */
export function boot(
  program: string,
  args: readonly string[] = [],
  environment: Record<string, string> = {},
): Child {
  const child = fork(new URL(program, import.meta.url), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, ...environment },
  })
  const exit = once(child, 'exit')
  const gone = new AbortController()
  void exit.then(() => gone.abort(new Error(`${program} left`)))
  return {
    process: child,
    gone: gone.signal,
    async kill() {
      child.kill('SIGKILL')
      await exit
    },
  }
}

/** The same, and waits for what it says first. */
export async function bootReady(
  program: string,
  args: readonly string[] = [],
): Promise<{ child: Child; said: unknown }> {
  const child = boot(program, args)
  const [said] = (await once(child.process, 'message', { signal: child.gone })) as [unknown]
  return { child, said }
}
