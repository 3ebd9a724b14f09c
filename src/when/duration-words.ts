import { Temporal } from 'temporal-polyfill'

const units = { min: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const one =
  /(?:(\d{1,4}(?:\.\d)?) ?|\b(an?) |\b(half an?) )(?:(min(?:ute)?s?)|(h(?:(?:ou)?rs?)?)|(d(?:ays?)?)|(w(?:eeks?)?))\b/iy
const joint = / ?, ?| and | ?/iy

/**
 * `in 2 hours`, `in 3 days, 2 hours`: time that passes, whatever clocks do meanwhile. Null: it is none, or names no part
 * of a day; on its own, `in 3 days` is a day without an hour. Not left to chrono, which counts by the clocks of the zone
 * that this process is in.
 * @param words with one blank between two of them
 */
export function durationIn(words: string): Temporal.Duration | null {
  const parts = partsOf(words)
  if (!parts.some(([, , , , minutes, hours]) => minutes || hours)) return null
  const milliseconds = parts.reduce((sum, [, number, , half, minutes, hours, days]) => {
    const unit = minutes ? 'min' : hours ? 'h' : days ? 'd' : 'w'
    return sum + units[unit] * (half ? 0.5 : Number(number ?? 1))
  }, 0)
  return Temporal.Duration.from({ milliseconds: Math.round(milliseconds) })
}

/** None where something else stands in it. */
function partsOf(words: string): RegExpExecArray[] {
  const parts: RegExpExecArray[] = []
  let at = /^in /i.test(words) ? 3 : words.length
  while (at < words.length) {
    if (parts.length > 0) {
      joint.lastIndex = at
      joint.test(words)
      at = joint.lastIndex
    }
    one.lastIndex = at
    const part = one.exec(words)
    if (!part) return []
    parts.push(part)
    at = one.lastIndex
  }
  return parts
}
