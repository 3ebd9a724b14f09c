import type { Log } from '../log.ts'

/** What this Slack can do besides the necessary. What it cannot costs a feature, and one line in the log. */
export interface Features {
  has(method: string): boolean
  /** Not asked for again by this process. `costs` says what people go without. */
  lost(method: string, costs: string, error: string): void
}

export function makeFeatures(log: Log): Features {
  const missing = new Set<string>()
  return {
    has: (method) => !missing.has(method),
    lost(method, costs, error) {
      if (missing.has(method)) return
      missing.add(method)
      log.warn({ code: 'slack-lacks', method, costs, error }, `Slack does not let us use ${method}: ${costs}`)
    },
  }
}
