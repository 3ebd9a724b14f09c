import type { WebClientOptions } from '@slack/web-api'
import type { Log } from '../log.ts'

type Fetch = NonNullable<WebClientOptions['fetch']>

/**
 * Logs each scope that the app lacks, once a method, with what to do. The code that made the call goes on without it or
 * refuses; it cannot tell people more, since Slack names the scope in the answer alone.
 */
export function loggingMissingScopes(log: Log, ask: Fetch = fetch): Fetch {
  const logged = new Set<string>()
  return async (input, init) => {
    const response = await ask(input, init)
    const text = await response.text()
    const { ok, status, statusText, url, headers } = response
    // A body can be read once.
    const read = {
      ok,
      status,
      statusText,
      url,
      headers,
      text: async () => text,
      json: async () => JSON.parse(text) as unknown,
      arrayBuffer: async () => new TextEncoder().encode(text).buffer,
    }
    const needed = neededBy(text)
    const method = new URL(input).pathname.split('/').at(-1) ?? ''
    const key = `${method} ${needed}`
    if (needed === null || logged.has(key)) return read
    logged.add(key)
    log.error(
      { code: 'slack-scope', method, needed },
      `Slack refused ${method}: the app is installed without the scope ${needed}. At https://api.slack.com/apps, open the app, replace its manifest with Lockkeeper’s manifest.yml ("App Manifest"), then choose "Install App", "Reinstall to Workspace". The bot token stays the same`,
    )
    return read
  }
}

/** The scopes that Slack wants, as it writes them; null: it lacks none. */
function neededBy(answer: string): string | null {
  if (!answer.includes('"missing_scope"')) return null
  try {
    const { error, needed } = JSON.parse(answer) as { error?: unknown; needed?: unknown }
    if (error !== 'missing_scope') return null
    return typeof needed === 'string' && needed !== '' ? needed : 'that this method needs'
  } catch {
    return null
  }
}
