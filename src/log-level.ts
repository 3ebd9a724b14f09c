/** What `LOG_LEVEL` may be, most first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** That of the environment; `info` where there is none. One that is no level is refused with the configuration. */
export const logLevelOf = (environment: Readonly<Record<string, string | undefined>>): string =>
  logLevels.find((level) => level === environment['LOG_LEVEL']?.trim()) ?? 'info'
