/** How fast messages are sent. Milliseconds, where nothing else is said. */
export interface Pace {
  /** Between two posts in one channel: Slack takes about one a second. */
  postEvery: number
  /** Between two edits of one message. */
  refreshEvery: number
  /** An unfinished run's message is written again after these, so that its reader sees that we live. */
  heartbeat: number
  /** All edits together: Slack takes 50 and more (Tier 3), the rest is for people's own requests. */
  updatesPerMinute: number
  /** How often we look without being woken. */
  idle: number
  /** How long we wait to hear whether a message of a dead process arrived, before it is sent again. */
  doubt: number
  /** What is sent later than that says when it happened. */
  late: number
  /** Between two tries while Slack is away: doubled from `first` to `most`. */
  away: { first: number; most: number }
  /** The same of what Slack refuses until people mend something. */
  mend: { first: number; most: number }
  /** What nobody mended for so long is refused for good. */
  giveUp: number
}

export const slackPace: Pace = {
  postEvery: 1_000,
  refreshEvery: 3_000,
  heartbeat: 45_000,
  updatesPerMinute: 40,
  idle: 1_000,
  doubt: 30_000,
  late: 60_000,
  away: { first: 1_000, most: 60_000 },
  mend: { first: 3_000, most: 60_000 },
  giveUp: 7 * 86_400_000,
}

/** The same of letters, which have no pace of their own: they go one after another. */
export interface MailPace extends Pick<Pace, 'idle' | 'doubt' | 'late' | 'away'> {
  /** Between two tries of a letter that the server puts off, doubled from `first` to `most`: grey lists, full mailboxes. */
  putOff: Pace['away']
  /** What is put off for longer is refused. */
  giveUp: number
}

export const mailPace: MailPace = {
  idle: 1_000,
  doubt: 30_000,
  late: 60_000,
  away: { first: 1_000, most: 60_000 },
  putOff: { first: 30_000, most: 900_000 },
  giveUp: 2 * 86_400_000,
}

/** How long to wait after so many tries before. */
export const waitAfter = ({ first, most }: Pace['away'], tries: number): number =>
  Math.min(most, first * 2 ** tries)

/** So many a minute, a few of them at once after a quiet time. */
export function makeBudget(perMinute: number, now: () => number): { take(): boolean } {
  const most = Math.max(1, Math.min(5, perMinute))
  let left = most
  let since = now()
  return {
    take() {
      left = Math.min(most, left + ((now() - since) * perMinute) / 60_000)
      since = now()
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}

export interface Absence {
  /** Until when it is left alone. */
  until(): number
  /** It was away when it was last tried. */
  isOn(): boolean
  /** True: it was there until now. Failures of calls that were under way together count once. */
  failed(notBefore: number): boolean
  /** True: it was away until now. A call that began before the last failure tells nothing about now. */
  succeeded(begun: number): boolean
}

/** Whether Slack, or the mail server, can be reached, as our own calls tell it. */
export function makeAbsence(away: Pace['away'], now: () => number): Absence {
  let failures = 0
  let failedAt = 0
  let until = 0
  return {
    until: () => until,
    isOn: () => failures > 0,
    failed(notBefore) {
      const isNew = failures === 0
      failedAt = now()
      if (failedAt >= until) {
        until = Math.max(notBefore, failedAt + waitAfter(away, failures))
        failures += 1
      }
      return isNew
    },
    succeeded(begun) {
      if (failures === 0 || begun < failedAt) return false
      failures = 0
      until = 0
      return true
    },
  }
}
