import type { WebClient } from '@slack/web-api'
import type { Log } from '../log.ts'
import { faultOf } from './faults.ts'

/** Milliseconds that a name is believed, and for how long nobody is asked again who told none. */
const believed = 600_000
const untold = 60_000

/** How people are called, for whoever is not in Slack. Null: nobody tells. */
export function makeNames(
  client: WebClient,
  log: Log,
  now = Date.now,
): (person: string) => Promise<string | null> {
  const names = new Map<string, { name: string | null; until: number }>()
  return async (person) => {
    const known = names.get(person)
    if (known && known.until > now()) return known.name
    const name = await ask(client, log, person)
    names.set(person, { name, until: now() + (name ? believed : untold) })
    return name
  }
}

async function ask(client: WebClient, log: Log, person: string): Promise<string | null> {
  try {
    const { user } = await client.users.info({ user: person })
    return user?.profile?.real_name || user?.real_name || user?.name || null
  } catch (error) {
    log.debug({ person, error: faultOf(error).error }, 'a person is mentioned without a name')
    return null
  }
}
