import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/** Draws that a seed repeats. */
export interface Draw {
  /** From `least` to `most`, both included. */
  number(least: number, most: number): number
  one<T>(of: readonly T[]): T
}

export function drawFrom(seed: number): Draw {
  const generator = xoroshiro128plus(seed)
  const number = (least: number, most: number): number => uniformInt(generator, least, most)
  return { number, one: (of) => of[number(0, of.length - 1)]! }
}
