import { setTimeout } from 'node:timers/promises'
import type { SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../log.ts'

/** The state that the client tells when it has no connection any more. */
const disconnected = 'disconnected'

/**
 * Keeps a Socket Mode connection. The client's own reconnect would end the process with an unhandled rejection when it
 * fails (node-slack-sdk#2656), so it is off, and this connects again, until `signal` aborts; then it disconnects and
 * waits for that, which Bolt's `stop` does not. Rejects when the first connection cannot be made.
 */
export async function keepConnected(
  receiver: SocketModeReceiver,
  log: Log,
  signal: AbortSignal,
): Promise<{ stopped: Promise<void> }> {
  const { client } = receiver
  // Told to `start`, which rejects by it, and to us.
  let gone = nextLoss(client)
  await receiver.start()
  const keep = async (): Promise<void> => {
    const stop = new Promise<void>((stopped) =>
      signal.addEventListener('abort', () => stopped(), { once: true }),
    )
    for (let failures = 0; !signal.aborted;) {
      await Promise.race([gone, stop])
      if (signal.aborted) break
      // At once after a connection that Slack recycles, slower and slower while there is none.
      await setTimeout(Math.min(30_000, failures * failures * 1_000), undefined, { signal }).catch(() => {})
      if (signal.aborted) break
      gone = nextLoss(client)
      try {
        await client.start()
        if (failures) log.info('connected to Slack again')
        failures = 0
      } catch (error) {
        if (!failures) log.warn({ err: error }, 'Slack is away: trying to connect again')
        failures += 1
        gone = Promise.resolve()
      }
    }
    await client.disconnect()
  }
  return { stopped: keep() }
}

const nextLoss = (client: SocketModeReceiver['client']): Promise<void> =>
  new Promise((lost) => client.once(disconnected, () => lost()))
