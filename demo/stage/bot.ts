import { createWriteStream } from 'node:fs'
import { run } from '../../src/adapters/process.ts'
import { logs, project } from './places.ts'
import { untilAnswers } from './until.ts'

/** Lockkeeper itself, as `npm start` starts it. */
export interface Bot {
  /** Settles when it has left, however that came about. */
  left: Promise<{ exitCode: number | null; lastLines: string[] }>
  stop(): Promise<void>
}

export type Program = 'src/main.ts' | 'dist/src/main.js'

/** Milliseconds that the bot is given to be ready, and to leave. */
const patience = { ready: 30_000, leaving: 15_000 }

/** @param program from source, as `npm start`, or as it is published (`npm run build` comes first) */
export async function startBot(
  environment: Record<string, string>,
  port: number,
  program: Program,
): Promise<Bot> {
  const log = createWriteStream(logs.bot)
  const stopping = new AbortController()
  const failed = new AbortController()
  const left = run(process.execPath, [program, 'start'], {
    environment,
    directory: project,
    onLine: (line) => log.write(`${line}\n`),
    signal: stopping.signal,
    grace: patience.leaving,
  })
  void left.then((ended) => {
    log.end()
    failed.abort(
      new Error(
        `the bot left with exit code ${ended.exitCode}:\n${ended.lastLines.slice(-12).join('\n')}\nAll of it: ${logs.bot}`,
      ),
    )
  })
  const stop = async () => {
    stopping.abort()
    await left
  }
  try {
    await untilAnswers(`http://127.0.0.1:${port}/health`, patience.ready, failed.signal)
  } catch (error) {
    await stop()
    throw error
  }
  return { left, stop }
}
