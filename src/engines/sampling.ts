import type { Session } from '../domain/session.ts'

/**
 * Asks again and again whom somebody waits for, while they wait: after a lock's timeout nobody can tell any more. Calling
 * the result ends that, and gives the last sessions that were seen. An answer that fails to come counts as none.
 * @param lockTimeout milliseconds: it is asked several times within it
 */
export function sampleBlockers(ask: () => Promise<Session[]>, lockTimeout: number): () => Session[] {
  let seen: Session[] = []
  let asking = false
  const timer = setInterval(
    () => {
      if (asking) return
      asking = true
      ask()
        .then(
          (sessions) => {
            if (sessions.length > 0) seen = sessions
          },
          () => {},
        )
        .finally(() => (asking = false))
    },
    Math.max(10, Math.min(100, lockTimeout / 4)),
  )
  return () => {
    clearInterval(timer)
    return seen
  }
}
