import { access, constants, mkdir } from 'node:fs/promises'
import type { Finding } from '../domain/finding.ts'
import { freeBytes } from '../adapters/disk.ts'
import { tryRoles } from '../adapters/dump-roles.ts'
import { libpqEnvironment } from '../adapters/libpq.ts'
import { clientTools, installTools } from '../adapters/tools.ts'
import { variablesOf } from '../runbook/secrets.ts'
import { blocker, warning, type Looked } from './looked.ts'

/** pg_dump and its like, of a version that fits the server. */
export async function tools({ serverVersion, environment }: Looked): Promise<Finding[]> {
  const found = await clientTools(serverVersion, environment)
  return found.ok ? [] : [blocker(found.problem)]
}

/** Whether the backup will have the server's roles: they are dumped once, into nowhere. Without tools there is no backup. */
export async function rolesOfBackup({ serverVersion, environment, target }: Looked): Promise<Finding[]> {
  const found = await clientTools(serverVersion, environment)
  if (!found.ok) return []
  const missing = await tryRoles(
    found.value,
    libpqEnvironment(target.address, target.applicationName, environment),
  )
  return missing
    ? [warning({ code: 'backup-without-roles', missing, install: installTools(serverVersion) })]
    : []
}

/** Made where it is missing, so that a first backup does not fail in the night. */
export async function backupFolder({ backups: { folder } }: Looked): Promise<Finding[]> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    return []
  } catch (error) {
    return [
      blocker({ code: 'backup-folder', folder, errno: (error as NodeJS.ErrnoException).code ?? 'unknown' }),
    ]
  }
}

/**
 * Room on the file system of the backups, not on the server's. A dump is hardly ever larger than its database; what the
 * runbook wants besides is its author's caution.
 */
export async function disk({ backups: { folder }, databaseBytes, runbook }: Looked): Promise<Finding[]> {
  const free = await freeBytes(folder)
  if (!free.ok) return [blocker(free.problem)]
  const short = { code: 'disk-short', folder, free: free.value } as const
  if (free.value < databaseBytes) return [blocker({ ...short, needs: databaseBytes })]
  const wanted = runbook.backup.free ?? 0
  return free.value < wanted ? [warning({ ...short, needs: wanted })] : []
}

/** Without one of them a service would not start again, or a check of it could not be made. */
export function variables({ runbook, environment }: Looked): Finding[] {
  const unset = variablesOf(runbook).filter((name) => !environment[name])
  return unset.length > 0 ? [blocker({ code: 'variables-unset', variables: unset })] : []
}
