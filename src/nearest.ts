import { distance } from 'fastest-levenshtein'

/** What was probably meant: the known word with the fewest typing errors, if they are few for its length. */
export function nearest(typed: string, known: readonly string[]): string | null {
  const ranked = known
    .map((word) => ({ word, errors: distance(typed.toLowerCase(), word.toLowerCase()) }))
    .sort((a, b) => a.errors - b.errors)
  const best = ranked[0]
  return best && best.errors <= Math.max(best.word.length > 3 ? 2 : 1, Math.floor(best.word.length / 3))
    ? best.word
    : null
}
