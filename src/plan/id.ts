import { randomInt } from 'node:crypto'

/** Read aloud at night, none of these is taken for another: no O, Q or 0, no I, L or 1, no Z or 2, no S or 5, no B or 8, no U or V. */
export const planAlphabet = '34679ACDEFGHJKMNPRTWXY'

/**
 * Four characters: 234,256 ids. Plans of one team meet by chance now and then, so whoever stores a plan tries another
 * id when one is taken.
 * @param random a whole number from 0 up to, not including, its argument
 */
export function planId(random: (below: number) => number = (below) => randomInt(below)): string {
  return Array.from({ length: 4 }, () => planAlphabet[random(planAlphabet.length)]).join('')
}
