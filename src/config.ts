/** What the bot was told: environment and `lockkeeper.yml`, checked. */
export interface Config {
  /** The bot's own database; null: an embedded server in `folder`. */
  databaseUrl: string | null
  /** Absolute. Holds the embedded server, the folders of runs, and the dumps where `backups` says nothing else. */
  folder: string
  /** Absolute folder of runbooks (`*.yml`). */
  runbooks: string
  /** Absolute folder of dumps. */
  backups: string
  slack: SlackConfig | null
  /** Role names to people. `migration-operators` must be among them. */
  roles: Record<string, { people: string[]; groups: string[] }>
  /** Operating-system user to Slack user id. */
  terminal: Record<string, string>
  /** Where all of this was read, for messages. */
  file: string
}

export interface SlackConfig {
  botToken: string
  /** How Slack reaches us. */
  mode: { socket: { appToken: string } } | { http: { signingSecret: string; port: number } }
  /** Another server that speaks Slack's protocol; null: Slack. */
  apiUrl: string | null
}

/** Who may plan, back up, run, answer, cancel and roll back. */
export const operatorRole = 'migration-operators'

/** A fault of what the bot was told. `file` is `environment` for a variable, whose line and column are 0. */
export interface ConfigFault {
  file: string
  line: number
  column: number
  key: string
  what: string
  remedy: string
}

export type LoadedConfig = { ok: true; value: Config } | { ok: false; faults: ConfigFault[] }

export async function loadConfig(
  _environment: Readonly<Record<string, string | undefined>>,
  _cwd: string,
): Promise<LoadedConfig> {
  throw new Error('not yet')
}

/** Tokens and passwords that the environment gives the bot itself. */
export function secretsOfConfig(_config: Config): string[] {
  throw new Error('not yet')
}
