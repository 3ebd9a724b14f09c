/** What goes wrong with a service as it is stopped, started or put in place. */
export interface ServiceProblems {
  'service-failed': {
    service: string
    doing: 'stop' | 'start' | 'deploy' | 'undeploy'
    reason: string
    exitCode: number | null
    /** The last lines of what its command wrote. */
    output?: string
  }
  /** `healthy`: its health URL answered after that. */
  'service-will-not-stop': {
    service: string
    pid: number
    signal: string
    seconds: number
    healthy?: boolean
  }
  /** It has ended, and its health URL answers all the same. `pids`: who listens there, where this host can tell. */
  'service-still-answers': { service: string; url: string; saw: string; pids: number[]; seconds: number }
  /**
   * Its health URL is answered by another process than `own`, or by another release than `expects`. `own` null: none runs;
   * `release` null: the answer names none that the runbook knows.
   */
  'service-other-answers': { service: string; url: string; pids: number[]; own: number | null }
  'service-other-release': { service: string; url: string; expects: string; release: string | null }
  /** After its start, before it was healthy. */
  'service-ended': { service: string; seconds: number }
}
