import { Temporal } from 'temporal-polyfill'

const units = { min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const one =
  /(?:(\d{1,4}(?:\.\d)?)\s*|\b(an?)\s+|\b(half an?)\s+)(?:(min(?:ute)?s?)|(h(?:(?:ou)?rs?)?)|(d(?:ays?)?)|(w(?:eeks?)?))\b/
const all = new RegExp(`^in\\s+${one.source}(?:(?:\\s*,\\s*|\\s+and\\s+|\\s*)${one.source})*$`, 'i')

/**
 * `in 2 hours`, `in 3 days, 2 hours`: time that passes, whatever clocks do meanwhile. Null: it is none, or names no part
 * of a day; on its own, `in 3 days` is a day without an hour. Not left to chrono, which counts by the clocks of the zone
 * that this process is in.
 */
export function durationIn(words: string): Temporal.Duration | null {
  if (!all.test(words)) return null
  const parts = [...words.matchAll(new RegExp(one.source, 'gi'))]
  if (!parts.some(([, , , , minutes, hours]) => minutes || hours)) return null
  const milliseconds = parts.reduce((sum, [, number, , half, minutes, hours, days]) => {
    const unit = minutes ? 'min' : hours ? 'h' : days ? 'd' : 'w'
    return sum + units[unit] * (half ? 0.5 : Number(number ?? 1))
  }, 0)
  return Temporal.Duration.from({ milliseconds: Math.round(milliseconds) })
}
