import type { Instant } from '../../domain/json.ts'
import { counted } from './amounts.ts'
import { secondsBetween } from './time.ts'

/** How far away a moment to come is: `in 3 days, 2 hours`, `in 2 hours, 5 minutes`, `in 12 minutes`. Rounded down. */
export function howFar(at: Instant, now: Instant): string {
  const minutes = Math.floor(secondsBetween(now, at) / 60)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  const parts = days
    ? [counted(days, 'day'), ...(hours ? [counted(hours, 'hour')] : [])]
    : [...(hours ? [counted(hours, 'hour')] : []), ...(minutes % 60 ? [counted(minutes % 60, 'minute')] : [])]
  if (minutes < 0) return 'now'
  return minutes < 1 ? 'in less than a minute' : `in ${parts.join(', ')}`
}
