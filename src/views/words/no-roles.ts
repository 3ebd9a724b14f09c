import type { RolesMissing } from '../../domain/roles-missing.ts'
import { code, say, type Line } from '../../domain/view.ts'

/** Why a backup has no roles, as the end of a sentence. */
export const noRoles = (missing: RolesMissing): Line =>
  missing.why === 'no-tool'
    ? say`${code('pg_dumpall')} is not installed where Lockkeeper runs`
    : say`${code('pg_dumpall')} ${missing.exitCode === null ? 'was ended by a signal' : `failed with exit code ${missing.exitCode}`}`
