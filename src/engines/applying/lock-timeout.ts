import type { Unit } from '../../domain/script.ts'
import { isConcurrent } from '../statements/fitness.ts'
import { parseInner } from '../statements/sql-parse.ts'

/**
 * How long a unit's statements wait for a lock, in milliseconds; 0: as long as a statement may take. `lock_timeout` on what
 * is CONCURRENTLY leaves an invalid index or half a partition behind, and nobody queues behind its wait. What else no
 * transaction holds (VACUUM FULL, CLUSTER) keeps readers behind it as any other does; a try that it ends has changed nothing
 * of the table that it waited for.
 */
export const lockTimeoutOf = (unit: Unit, lockTimeout: number): number =>
  unit.in === 'none' && parseInner(unit.statement.text).some(isConcurrent) ? 0 : lockTimeout
