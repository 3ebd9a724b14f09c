import { distance } from 'fastest-levenshtein'

/** No name is longer by more than a few letters, and the look at a text takes its length times that of each name. */
const longestName = 200

/** What was probably meant: the known word with the fewest typing errors, if they are few for its length. */
export function nearest(typed: string, known: readonly string[]): string | null {
  if (typed.length > longestName) return null
  const ranked = known
    .map((word) => ({ word, errors: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.errors - b.errors)
  const best = ranked[0]
  return best && best.errors <= Math.max(best.word.length > 3 ? 2 : 1, Math.floor(best.word.length / 3))
    ? best.word
    : null
}
