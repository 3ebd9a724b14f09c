import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A client in a process of its own. It is killed with the test. */
export interface OtherProcess {
  pid: number
  process: ChildProcess
  /** Settles when its SQL has run. */
  ran: Promise<void>
  /** SIGKILL, and waits until it is dead: its backend may live on. */
  kill: () => Promise<void>
}

/**
 * @param how `plain`: as any client; `target`: with everything that sessions of a target set
 */
export async function otherProcess(
  how: 'plain' | 'target',
  url: string,
  application: string,
  sql: string,
): Promise<OtherProcess> {
  const file = new URL('fixtures/client.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [file, how, url, application, sql], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>((settle) => child.once('exit', () => settle()))
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const pid = Number((await lines.next()).value)
  if (!pid) throw new Error('the client did not connect')
  const ran = lines.next().then(({ done }) => {
    if (done) throw new Error('the client died before its SQL had run')
  })
  ran.catch(() => {})
  return { pid, process: child, ran, kill }
}
