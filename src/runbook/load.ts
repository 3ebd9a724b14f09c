import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'

/** What a runbook's file cannot know by itself. What is not given is not checked. */
export interface Surroundings {
  /** Roles that the configuration defines. */
  roles?: readonly string[]
}

export interface LoadedRunbooks {
  /** By name. */
  runbooks: Runbook[]
  broken: Problem<'runbook-broken'>[]
}

export async function loadRunbooks(_folder: string, _known?: Surroundings): Promise<LoadedRunbooks> {
  throw new Error('not yet')
}

export async function findRunbook(
  _folder: string,
  _typed: string,
  _known?: Surroundings,
): Promise<Result<Runbook>> {
  throw new Error('not yet')
}
