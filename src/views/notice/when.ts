import { kindOf, type About, type Notice } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import { counted } from '../words/amounts.ts'

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

const made: Partial<Record<About['is'], string>> = {
  moved: 'when it was moved',
  'called-off': 'when it was called off',
  overrun: 'while it overran',
  unchanged: 'when it ended unchanged',
}

/** When a notice was made, within a sentence: `72 hours before`, `at the start`, `when it was moved`. */
export function nameOf({ place, about }: Notice, { notices }: Pick<Runbook, 'notices'>): string {
  const at = place === null ? undefined : notices[place]?.at
  const words = made[about.is] ?? (at === undefined ? kinds[about.is] : whenWords(at))
  return words.charAt(0).toLowerCase() + words.slice(1)
}
