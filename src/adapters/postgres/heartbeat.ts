import type { Socket } from 'node:net'
import type pg from 'pg'

/** Milliseconds. `within` is longer than any statement of a session with the default `statement_timeout` takes. */
const defaults = { every: 5_000, within: 75_000 }

/**
 * Keeps asking over a session, so that one into nowhere is noticed: without an answer in time the socket is cut, which
 * ends the session with ETIMEDOUT. (The kernel's own keepalive gives up after about 11 minutes.)
 */
export function keepAsking(client: pg.Client, socket: Socket, { every, within } = defaults): void {
  let waiting = false
  const beat = setInterval(() => {
    if (waiting) return
    waiting = true
    const patience = setTimeout(
      () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
      within,
    ).unref()
    void client
      .query('select')
      .catch(() => {})
      .finally(() => {
        waiting = false
        clearTimeout(patience)
      })
  }, every).unref()
  client.once('end', () => clearInterval(beat))
}
