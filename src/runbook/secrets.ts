import type { Runbook } from '../domain/runbook.ts'

export function secretsOfRunbook(
  _runbook: Runbook,
  _environment: Readonly<Record<string, string | undefined>>,
): string[] {
  throw new Error('not yet')
}
