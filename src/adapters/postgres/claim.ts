import type { Result } from '../../domain/result.ts'
import type { Target, TargetSession } from './target.ts'

export async function claimTarget(
  _target: Target,
): Promise<Result<{ session: TargetSession; fenced: number }>> {
  throw new Error('not yet')
}
