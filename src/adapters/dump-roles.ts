import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { RolesMissing } from '../domain/roles-missing.ts'
import { globalsFile } from './backup-file.ts'
import { patience } from './libpq.ts'
import { run, type RunOptions } from './process.ts'
import type { Environment } from './program-path.ts'
import type { ClientTools } from './tools.ts'

/**
 * Writes roles and tablespaces, which belong to no database, into the folder of a backup, without passwords. Null: they
 * are there. Where pg_dumpall failed there is no file of its first half.
 */
export async function writeRoles(
  folder: string,
  tools: ClientTools,
  environment: Environment,
  { signal, onLine }: { signal: AbortSignal; onLine: (line: string) => void },
): Promise<RolesMissing | null> {
  const file = path.join(folder, globalsFile)
  const missing = await dumpRoles(tools, [`--file=${file}`], { environment, signal, onLine })
  if (missing) await rm(file, { force: true })
  return missing
}

/** Tries the same into nowhere: whether a backup will have its roles. */
export const tryRoles = (tools: ClientTools, environment: Environment): Promise<RolesMissing | null> =>
  dumpRoles(tools, [], { environment })

async function dumpRoles(
  { pgDumpall }: ClientTools,
  output: readonly string[],
  running: RunOptions,
): Promise<RolesMissing | null> {
  if (!pgDumpall) return { why: 'no-tool' }
  const args = [
    '--globals-only',
    '--no-role-passwords',
    '--no-password',
    ...output,
    `--database=${running.environment['PGDATABASE']}`,
    patience,
  ]
  const { exitCode } = await run(pgDumpall, args, running)
  return exitCode === 0 ? null : { why: 'failed', exitCode }
}
