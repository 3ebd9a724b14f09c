import type { Result } from '../domain/result.ts'

/** PostgreSQL's client programs of one installation, by absolute path. */
export interface ClientTools {
  pgDump: string
  pgRestore: string
  psql: string
  /** Null where the installation has none. */
  pgDumpall: string | null
  /** E.g. `15.18`. */
  version: string
}

export async function clientTools(
  _serverVersion: string,
  _environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Result<ClientTools>> {
  throw new Error('not yet')
}
