import { setTimeout } from 'node:timers/promises'
import type { Session } from '../../domain/session.ts'
import { blockersOf } from '../../adapters/postgres/facts.ts'
import type { TargetSession } from '../../adapters/postgres/target-session.ts'
import { sampleSessions } from './sampling.ts'

/**
 * What is seen and done about a working session from beside it: whom it waits for, and its end. While it waits for a lock
 * it cannot say so itself, and after its timeout nobody can tell any more.
 */
export interface ControlSession {
  session: TargetSession
  /** Starts looking whom a backend waits for. Calling the result ends that, and gives the last ones that were seen. */
  sample(pid: number, lockTimeout: number): () => Session[]
  /**
   * A network into nowhere leaves a statement without an answer for ever. This session is asked all the time: when it gets
   * no answer any more, the working one is cut too.
   */
  cutsToo(working: TargetSession): void
  /** Cancels what a backend does now; ends the backend where that does not help. */
  cancel(working: TargetSession): Cancelling
}

export interface Cancelling {
  /** The statement has come back. Resolves when the cancel has arrived: later, it would end what comes next. */
  over(): Promise<void>
}

/** Milliseconds. A statement that does not notice a cancel (a wait for a standby does) is ended with its session. */
const cancelWithin = 5_000

export function controlSessionOf(session: TargetSession): ControlSession {
  const { client } = session
  return {
    session,
    sample: (pid, lockTimeout) => sampleSessions(() => blockersOf(client, pid), lockTimeout),
    cutsToo: (working) =>
      void session.lost.then(({ code }) => (code === 'ETIMEDOUT' ? working.end() : undefined)),
    cancel(working) {
      const end = (): void => void working.end()
      const patience = new AbortController()
      const late = setTimeout(cancelWithin, undefined, patience).then(end, () => {})
      const arrived = client
        .query('select pg_catalog.pg_cancel_backend($1)', [working.pid])
        .then(() => {}, end)
      return { over: () => Promise.race([arrived, late]).finally(() => patience.abort()) }
    },
  }
}
