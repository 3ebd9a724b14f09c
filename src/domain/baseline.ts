import type { Instant } from './json.ts'

/** What was seen of a check when it was asked on the release that was up before the window. */
export interface Before {
  passed: boolean
  /** The status where it passed. Never what an answer held. */
  saw: string
  at: Instant
}

/**
 * The checks of the application before the window, health first, each by its name. `isOwn`: another process than the
 * pid file's answered, a proxy perhaps.
 */
export type Baseline = ({ name: string; expected: string; isOwn?: false } & Before)[]

/** The look at a service's health among the checks of the application. */
export const healthName = (service: string): string => `Health of ${service}`

/** Whether a check that fails now failed in the same way before the window. */
export const failsAsBefore = ({ saw, before }: { saw: string; before?: Before | undefined }): boolean =>
  before !== undefined && !before.passed && before.saw === saw
