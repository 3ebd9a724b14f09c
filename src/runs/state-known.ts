/** Whether this process knows what a run's target is like: it has driven it since it last looked, without a break. */
export interface StateKnown {
  isKnown(): boolean
  /** It was looked at, or a step of ours has just set it. */
  learn(): void
  /** People were asked meanwhile: in that time anything may have happened. */
  forget(): void
}

/**
 * Milliseconds between two steps after which a person may have come between them. Otherwise the next one begins at once;
 * it is late when the bot's own database does not answer, or this process is stopped.
 */
const longestBreak = 5_000

export function stateKnown(): StateKnown {
  let at: number | null = null
  return {
    // Of the clock: a machine that sleeps stops the other one.
    isKnown: () => at !== null && Math.abs(Date.now() - at) < longestBreak,
    learn: () => void (at = Date.now()),
    forget: () => void (at = null),
  }
}
