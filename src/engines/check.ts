import type { Target } from '../adapters/postgres/target.ts'
import type { Finding } from '../domain/finding.ts'
import type { Prepared } from '../domain/script.ts'
import type { History } from './history.ts'

export async function checkScripts(
  _target: Target,
  _history: History,
  _prepared: Prepared,
): Promise<Finding[]> {
  return []
}
