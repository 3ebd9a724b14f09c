import { rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { RolesMissing } from '../domain/roles-missing.ts'
import { globalsFile } from './backup-file.ts'
import { patience } from './libpq.ts'
import { run } from './process.ts'
import type { Environment } from './program-path.ts'
import type { ClientTools } from './tools.ts'

/**
 * Writes roles and tablespaces, which belong to no database, into the folder of a backup, without passwords. Null: they
 * are there. Where pg_dumpall failed there is no file of its first half; what it said is in `globals.log`.
 */
export async function writeRoles(
  folder: string,
  tools: ClientTools,
  environment: Environment,
  signal: AbortSignal,
): Promise<RolesMissing | null> {
  const file = path.join(folder, globalsFile)
  const { missing, said } = await dumpRoles(tools, [`--file=${file}`], environment, signal)
  if (missing) await rm(file, { force: true })
  if (said.length > 0)
    await writeFile(path.join(folder, 'globals.log'), `${said.join('\n')}\n`, { mode: 0o600 })
  return missing
}

/** Tries the same into nowhere: whether a backup will have its roles. */
export const tryRoles = async (tools: ClientTools, environment: Environment): Promise<RolesMissing | null> =>
  (await dumpRoles(tools, [], environment)).missing

async function dumpRoles(
  { pgDumpall }: ClientTools,
  output: readonly string[],
  environment: Environment,
  signal?: AbortSignal,
): Promise<{ missing: RolesMissing | null; said: string[] }> {
  if (!pgDumpall) return { missing: { why: 'no-tool' }, said: [] }
  const args = [
    '--globals-only',
    '--no-role-passwords',
    '--no-password',
    ...output,
    `--database=${environment['PGDATABASE']}`,
    patience,
  ]
  const { exitCode, lastLines } = await run(pgDumpall, args, { environment, ...(signal ? { signal } : {}) })
  return exitCode === 0
    ? { missing: null, said: [] }
    : { missing: { why: 'failed', exitCode }, said: lastLines }
}
