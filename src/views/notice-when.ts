import { kindOf, type About, type Notice } from '../domain/notice.ts'
import type { Runbook } from '../domain/runbook.ts'
import { counted } from './amounts.ts'

const units = { m: 'minute', h: 'hour', d: 'day' }

const kinds: Record<About['is'], string> = {
  ahead: 'Before',
  start: 'At the start',
  end: 'At the end',
  moved: 'When it is moved',
  'called-off': 'When it is called off',
  overrun: 'When it overruns',
  unchanged: 'When it ends unchanged',
}

/** When a notice is made, of its `at`: `72 hours before`. */
export function whenWords(at: string): string {
  const [, number, unit] = /^-(\d+)([mhd])$/.exec(at) ?? []
  return number ? `${counted(Number(number), units[unit as keyof typeof units])} before` : kinds[kindOf(at)]
}

/** What a notice was for. */
export function nameOf({ place, about }: Notice, { notices }: Pick<Runbook, 'notices'>): string {
  const at = place === null ? undefined : notices[place]?.at
  return at === undefined ? kinds[about.is] : whenWords(at)
}
