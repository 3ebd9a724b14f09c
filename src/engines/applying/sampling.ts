import type { Session } from '../../domain/session.ts'

/**
 * Asks again and again for sessions that are there for a while only, such as those that somebody waits for: after a
 * lock's timeout nobody can tell any more. Calling the result ends that, and gives the last ones that were seen. An
 * answer that fails to come counts as none.
 * @param within milliseconds: it is asked several times within them
 */
export function sampleSessions(ask: () => Promise<Session[]>, within: number): () => Session[] {
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
    Math.max(10, Math.min(100, within / 4)),
  )
  return () => {
    clearInterval(timer)
    return seen
  }
}
