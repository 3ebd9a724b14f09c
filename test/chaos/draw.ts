import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { mersenne } from 'pure-rand/generator/mersenne'

/** Draws that a seed repeats. */
export interface Draw {
  /** From `least` to `most`, both included. */
  number(least: number, most: number): number
  one<T>(of: readonly T[]): T
}

/** Mersenne: the first draws of xoroshiro128plus are the same for all small seeds, and no round had two replicas. */
export function drawFrom(seed: number): Draw {
  const generator = mersenne(seed)
  const number = (least: number, most: number): number => uniformInt(generator, least, most)
  return { number, one: (of) => of[number(0, of.length - 1)]! }
}
