import type pg from 'pg'
import type { Result } from '../../domain/result.ts'
import type { Target } from './target.ts'

export async function readAccess(_client: pg.Client): Promise<{ acl: string[] | null }> {
  throw new Error('not yet')
}

/** Who is kept out, and who enters all the same (superusers). */
export interface Closing {
  rolesKeptOut: string[]
  stillEnter: string[]
}

/** `acl`: as it stands afterwards, to be compared before the undo. */
export async function closeDatabase(
  _target: Target,
  _keep: string[],
): Promise<Result<Closing & { acl: string[] }>> {
  throw new Error('not yet')
}

export async function openDatabase(_target: Target, _roles: string[]): Promise<Result<void>> {
  throw new Error('not yet')
}

export async function restoreAccess(_target: Target, _acl: string[] | null): Promise<Result<void>> {
  throw new Error('not yet')
}

/** What closing would do now, tried in a transaction that is rolled back. */
export async function closingPlan(_client: pg.Client, _keep: string[]): Promise<Result<Closing>> {
  throw new Error('not yet')
}
